"""What the test wants a unit of the stand-in to do. Outlives the unit, which systemd forgets while it is inactive."""


class Script:
    """
    phase_ms        how long each phase takes
    hold            a SubState in which the unit stays until it is released
    status          {SubState: StatusText}
    fail_in         the SubState whose process fails, with fail_result and fail_status
    fail_times      how often (-1: always)
    fail_models     only with one of these models, if given
    restart_ms      wait for an automatic restart; None: there is none
    late_ms         how long the bus takes to bring the signal that it waits for that
    most_restarts   then the unit stays failed
    is_broken       a file of it is wrong, and systemd cannot load it
    is_referenced   by another unit, so that systemd does not forget it
    job_result      the next job ends with this, and does nothing
    """

    def __init__(self):
        self.phase_ms, self.hold, self.status = 40, None, {}
        self.fail_in, self.fail_result, self.fail_status = None, "exit-code", None
        self.fail_times, self.fail_models = -1, None
        self.restart_ms, self.late_ms, self.most_restarts = None, 0, 5
        self.is_broken = self.is_referenced = False
        self.job_result = None

    def change(self, **values):
        for name, value in values.items():
            if name not in vars(self):
                raise ValueError(f"a script has no {name}")
            setattr(self, name, value)

    def failure_in(self, sub, model):
        """(result, status text) if that phase is to fail now."""
        if sub != self.fail_in or self.fail_times == 0 or (self.fail_models and model not in self.fail_models):
            return None
        self.fail_times -= self.fail_times > 0
        return self.fail_result, self.fail_status

    def take_job_result(self):
        result, self.job_result = self.job_result, None
        return result
