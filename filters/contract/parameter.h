/* parameter: judging what comes beside the body: path, query, header and cookie parameters, and the headers of responses
 * and parts. A text becomes JSON as the parameter's style and its schema's types say (style.h, coerce.h), in the memory
 * of the findings' arena, and is then judged like any message. Called by request.c and response.c. */
#ifndef FILTERS_CONTRACT_PARAMETER_H
#define FILTERS_CONTRACT_PARAMETER_H

#include "filters/contract/parts.h"

/* After loading: notes which query parameters take names of their own. */
void parameter_prepare(struct endpoint *e);

#endif
