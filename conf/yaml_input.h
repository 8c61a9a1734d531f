/* yaml_input: what surrounds the reading of YAML: libyaml's own complaints in plain words. Internal to conf/yaml.c. */
#ifndef CONF_YAML_INPUT_H
#define CONF_YAML_INPUT_H

#include "conf/diag.h"

struct yaml_parser_s;

/* The parser's error as an error in `d`, with its place; `text` is what it was given. Returns false. */
bool yaml_complain(const struct yaml_parser_s *parser, struct str text, const char *file, struct diag *d);

#endif
