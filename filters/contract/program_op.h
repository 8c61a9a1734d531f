/* program_op: one instruction of a program asked of one value: for the comparison of contracts (compat*.c), which takes
 * schemas apart into their keywords. Never on the path of a message. */
#ifndef FILTERS_CONTRACT_PROGRAM_OP_H
#define FILTERS_CONTRACT_PROGRAM_OP_H

#include "filters/contract/program_code.h"

/* Whether the JSON text `json` keeps the op at `index`, which must be one for values of its kind. UNDECIDED too for
 * those that depend on what their siblings looked at (unevaluated…), and for a text that is no JSON. */
enum judgement program_op_judge(const struct program *p, uint32_t index, struct judge *j, struct str json,
				enum direction direction);

#endif
