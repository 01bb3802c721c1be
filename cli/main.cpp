#include "cli/hal0.hpp"

int main(int argc, char* argv[]) {
    return hal0::cli::run({argv + 1, argv + argc});
}
