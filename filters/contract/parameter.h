/* parameter: judging what comes beside the body: path, query, header and cookie parameters, and the headers of
 * responses and parts. A text becomes JSON as the parameter's style and its schema's types say (style.h, coerce.h), in
 * the memory of the findings' arena, and is then judged like any message. Called by request.c, response.c and form
 * bodies. */
#ifndef FILTERS_CONTRACT_PARAMETER_H
#define FILTERS_CONTRACT_PARAMETER_H

#include "filters/contract/hearing.h"
#include "filters/contract/pairs.h"
#include "filters/contract/style.h"

/* After loading: notes which query parameters take names of their own. */
void parameter_prepare(struct endpoint *e);

/* Where a value is: a text of its own, or pairs. */
struct parameter_source {
	struct str text;
	struct pairs *pairs; /* NULL: `text` */
	bool plus, raw;      /* as in struct coercion */
};

/* Judges one parameter that may be absent (text.at == NULL, or no pairs of its name). */
void parameter_judge(struct hearing *h, const struct parameter *p, const struct parameter_source *source);
/* All parameters of a request's path, query and cookies, and its headers. */
void parameter_judge_path(struct hearing *h, const struct endpoint *e, const struct path_match *match);
/* `query` is raw and without `?`. Names that no parameter takes are found where the contract is closed. */
void parameter_judge_query(struct hearing *h, const struct endpoint *e, struct str query);
/* Of all Cookie fields among the request's fields, read as one (RFC 9113, 8.2.3). */
void parameter_judge_cookies(struct hearing *h, const struct endpoint *e, const struct field *fields, size_t count);
/* Header parameters of a request, or the headers of a response or of a part, by the fields that came. */
void parameter_judge_headers(struct hearing *h, const struct parameters *list, const struct field *fields,
			     size_t count);
/* Whether a parameter was sent: by names only, without a look at values. An exploded object, whose members are parameters
 * of their own, is not looked for; `cookies` and `query` as pairs_read has them, fields for headers. */
bool parameter_was_sent(const struct parameter *p, const struct pairs *query, const struct pairs *cookies,
			const struct field *fields, size_t count);
/* Whether the parameter's members are parameters of their own. */
bool parameter_takes_names(const struct parameter *p);
/* Marks the pairs that belong to one of the parameters by its name, deepObject's members too. */
void parameter_take_named(const struct parameters *list, struct pairs *pairs);
/* Whether the name is that of an apiKey in the query. */
bool parameter_is_key(const struct contract *c, struct str name);

#endif
