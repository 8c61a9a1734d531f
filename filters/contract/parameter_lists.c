#include "filters/contract/form.h"
#include "filters/contract/json.h"
#include "filters/contract/parameter.h"

/* So that no exploded object takes them. */
void parameter_take_named(const struct parameters *list, struct pairs *pairs)
{
	for (uint32_t i = 0; i < list->count; i++)
		for (uint32_t k = pairs_find(pairs, list->at[i]->name); k != NO_PAIR; k = pairs->at[k].next)
			pairs->at[k].taken = true;
	for (uint32_t i = 0; i < list->count; i++) {
		const struct parameter *p = list->at[i];
		for (uint32_t k = 0; p->style == STYLE_DEEP && k < pairs->count; k++)
			if (str_starts(pairs->at[k].name, p->name) && pairs->at[k].name.len > p->name.len &&
			    pairs->at[k].name.at[p->name.len] == '[')
				pairs->at[k].taken = true;
	}
}

bool parameter_was_sent(const struct parameter *p, const struct pairs *query, const struct pairs *cookies,
			const struct field *fields, size_t count)
{
	switch (p->location) {
	case IN_PATH:
		return true;
	case IN_QUERY:
		for (uint32_t i = 0; p->style == STYLE_DEEP && i < query->count; i++)
			if (str_starts(query->at[i].name, p->name) && query->at[i].name.len > p->name.len &&
			    query->at[i].name.at[p->name.len] == '[')
				return true;
		return pairs_find(query, p->name) != NO_PAIR;
	case IN_COOKIE:
		return pairs_find(cookies, p->name) != NO_PAIR;
	default:
		for (size_t i = 0; i < count; i++)
			if (str_eq_nocase(fields[i].name, p->name))
				return true;
		return false;
	}
}

bool parameter_is_key(const struct contract *c, struct str name)
{
	for (uint32_t i = 0; i < c->keys; i++)
		if (str_eq(c->key_name[i], name))
			return true;
	return false;
}

static void find_unknown(struct hearing *h, const struct endpoint *e, const struct pairs *pairs)
{
	for (uint32_t i = 0; i < pairs->count; i++) {
		const struct pair *p = &pairs->at[i];
		if (!p->taken && !p->matched && !p->later && !parameter_is_key(h->c, p->name))
			hearing_find(h, IN_QUERY, ISSUE_UNKNOWN, p->name, (struct str){NULL, 0}, e->public.place,
				     STR("only parameters that the operation describes"), NULL);
	}
}

/* 3.2's `in: querystring`: the query is one value of a media type. */
static void judge_whole(struct hearing *h, const struct parameter *p, struct str query)
{
	if (!query.len) {
		if (p->required)
			hearing_find_parameter(h, p, ISSUE_REQUIRED, STR("a query"), "nothing");
	} else if (media_kind(&p->media->range) == MEDIA_FORM) {
		form_judge(h, p->media, query, IN_QUERY);
	} else {
		parameter_judge(h, p, &(struct parameter_source){.text = query});
	}
}

void parameter_judge_query(struct hearing *h, const struct endpoint *e, struct str query)
{
	struct pairs pairs;
	bool whole = false;
	if (e->query.count == 0 && (!h->c->closed || query.len == 0))
		return;
	pairs_read(&pairs, h->out->arena, query, &(struct pairs_syntax){"&", true, false, false});
	if (e->free_form || h->c->closed)
		parameter_take_named(&e->query, &pairs);
	for (uint32_t i = 0; i < e->query.count; i++) {
		const struct parameter *p = e->query.at[i];
		whole |= p->whole;
		if (p->whole)
			judge_whole(h, p, query);
		else
			parameter_judge(h, p, &(struct parameter_source){.pairs = &pairs, .plus = true});
	}
	if (h->c->closed && !whole)
		find_unknown(h, e, &pairs);
}

/* All Cookie fields as one list (RFC 9113, 8.2.3 lets them be several). */
static struct str join(struct arena *arena, const struct field *fields, size_t count, struct str name,
		       struct str separator, unsigned *times)
{
	struct str one = {NULL, 0};
	size_t len = 0;
	*times = 0;
	for (size_t i = 0; i < count; i++)
		if (str_eq_nocase(fields[i].name, name)) {
			one = fields[i].value.at ? fields[i].value : STR("");
			len += one.len + separator.len;
			++*times;
		}
	if (*times < 2)
		return one;
	char *out = arena_alloc(arena, len), *to = out;
	for (size_t i = 0; i < count; i++) {
		if (!str_eq_nocase(fields[i].name, name))
			continue;
		if (to != out) {
			memcpy(to, separator.at, separator.len);
			to += separator.len;
		}
		if (fields[i].value.len)
			memcpy(to, fields[i].value.at, fields[i].value.len);
		to += fields[i].value.len;
	}
	return str_of(out, (size_t)(to - out));
}

/* Lists and objects that are exploded in a cookie have ampersands between their pairs, as RFC 6570 writes them. */
static bool needs_ampersands(const struct parameter *p)
{
	return p->style == STYLE_FORM && p->explode && p->schema.present &&
	       !(p->schema.types & (1u << JSON_STRING | 1u << JSON_NUMBER | 1u << JSON_KINDS));
}

void parameter_judge_cookies(struct hearing *h, const struct endpoint *e, const struct field *fields, size_t count)
{
	struct pairs pairs, split;
	unsigned times;
	if (e->cookie.count == 0)
		return;
	struct str text = join(h->out->arena, fields, count, STR("Cookie"), STR("; "), &times);
	pairs_read(&pairs, h->out->arena, text, &(struct pairs_syntax){";", false, true, false});
	pairs_read(&split, h->out->arena, text, &(struct pairs_syntax){";&", false, true, false});
	parameter_take_named(&e->cookie, &pairs);
	parameter_take_named(&e->cookie, &split);
	for (uint32_t i = 0; i < e->cookie.count; i++) {
		const struct parameter *p = e->cookie.at[i];
		struct pairs *list = needs_ampersands(p) ? &split : &pairs;
		parameter_judge(h, p, &(struct parameter_source){.pairs = list, .raw = p->style == STYLE_COOKIE});
	}
}

/* The one field that is a line of its own each time (RFC 9110, 5.3). */
static void judge_each(struct hearing *h, const struct parameter *p, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_nocase(fields[i].name, p->name))
			parameter_judge(h, p, &(struct parameter_source){.text = fields[i].value, .raw = true});
}

void parameter_judge_headers(struct hearing *h, const struct parameters *list, const struct field *fields, size_t count)
{
	for (uint32_t i = 0; i < list->count; i++) {
		const struct parameter *p = list->at[i];
		unsigned times;
		struct str value = join(h->out->arena, fields, count, p->name, STR(","), &times);
		bool many = p->schema.types & (1u << JSON_ARRAY | 1u << JSON_OBJECT);
		if (times > 1 && str_eq_nocase(p->name, STR("Set-Cookie")))
			judge_each(h, p, fields, count);
		else if (times > 1 && !many && !p->media)
			hearing_find_parameter(h, p, ISSUE_REPEATED, STR("one value"), NULL);
		else
			parameter_judge(h, p, &(struct parameter_source){.text = value, .raw = true});
	}
}
