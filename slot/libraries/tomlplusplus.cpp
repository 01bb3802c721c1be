// toml++'s compiled part (toml++/impl/preprocessor.h, TOML_HEADER_ONLY).
#define TOML_IMPLEMENTATION
#include <toml++/toml.h>
