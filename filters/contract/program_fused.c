#include "filters/contract/program_fused.h"

#include "filters/contract/json_keys.h"
#include "filters/contract/pointer.h"
#include "filters/contract/program_fused_value.h"

enum { SMALL_OBJECT = 32, KEYS_KEPT = 1 << 16 };

struct frame;

/* One message on its way. Functions that read return the place behind what they have read, or NULL: the tape has to
 * tell. */
struct fused {
	struct run run; /* for scalars and for parts that need the tape */
	const struct fused_program *program;
	const struct fused_rule *rules; /* these four are what the program holds, one load nearer */
	const struct fused_plan *plans;
	const struct fused_property *properties;
	const struct fused_slot *slots;
	struct tape *tape;       /* the text, and the one part that is looked at */
	struct tape *keys;       /* open objects' keys that their plan does not know, each with a null as its value */
	const struct frame *top; /* the innermost */
	uint32_t nest;           /* levels of arrays and objects left */
	const struct frame *unwind; /* what is broken is told as one with all of this: the pass goes on behind it */
	unsigned pointers;          /* uses of something deprecated that came before what is broken first, */
	size_t pointers_len;        /* in so many bytes */
	bool wrong;                 /* more is broken than can be told value by value */
};

/* An array or object that is being read: where in it. */
struct frame {
	const struct frame *up;
	const struct fused_plan *plan;
	const char *key; /* the quote of the member's key; NULL: an array */
	const char *start;
	uint32_t item;
	uint32_t rule; /* its own */
	uint32_t keys; /* how many strangers there were before it */
};

/* What an object has of keys that its plan does not know. */
struct strangers {
	uint64_t seen; /* one bit for each of 64 classes of hashes */
	uint32_t open; /* their object's token among `keys` */
	uint32_t count;
};

static const char *array(struct fused *f, const struct fused_plan *plan, uint32_t rule, const char *p);
static const char *object(struct fused *f, const struct fused_plan *plan, uint32_t rule, const char *p);

/* The pointer to the value that is being read. No deeper than RUN_DEPTH. */
static void add_path(struct buf *out, const struct frame *frame)
{
	if (!frame)
		return;
	add_path(out, frame->up);
	if (frame->key)
		pointer_add_key(
		    out, str_of(frame->key + 1, (size_t)(scan_string(frame->key + 1, false).end - frame->key - 1)));
	else
		pointer_add_index(out, frame->item);
}

static void add_deprecated(struct fused *f, uint32_t token)
{
	struct judge *j = f->run.j;
	if (j->pointer_count == DEPRECATED_KEPT)
		return;
	add_path(&j->pointers, f->top);
	pointer_add_token(&j->pointers, f->tape, token);
	buf_addc(&j->pointers, '\0');
	j->pointer_count++;
}

/* Those of the part that was run over the tape. */
static __attribute__((noinline)) void keep_deprecated(struct fused *f)
{
	struct judge *j = f->run.j;
	for (size_t i = 0; i < j->deprecated.len; i++) {
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again |= j->deprecated.at[k] == j->deprecated.at[i];
		if (!again)
			add_deprecated(f, j->deprecated.at[i]);
	}
	j->deprecated.len = 0;
}

/* The property of that name that is not in its plan's table. */
static const struct fused_property *search_odd(const struct fused *f, const struct fused_plan *plan, struct str name,
					       uint32_t hash)
{
	const struct fused_property *one = &f->properties[plan->property], *end = one + plan->count;
	for (; one < end; one++)
		if (!one->key.length && one->name.hash == hash && one->name.length == name.len &&
		    run_same_text(f->run.p->text.at + one->name.text, name.at, one->name.length))
			return one;
	return NULL;
}

/* The property whose key has its quote at `p`; NULL: the plan has no such. */
static const struct fused_property *property_at(const struct fused *f, const struct fused_plan *plan, const char *p)
{
	const struct fused_property *properties = &f->properties[plan->property];
	const char *end;
	struct fused_slot slot = table_find(&plan->names, f->slots, properties, sizeof *properties, p + 1, &end);
	if (slot.name < plan->count)
		return &properties[slot.name];
	end = scan_string(p + 1, JSON_WIDE).end;
	return search_odd(f, plan, str_of(p + 1, (size_t)(end - p - 1)), scan_key_hash(p + 1, (size_t)(end - p - 1)));
}

/* Whether what breaks in the member or item that is being read is not told by its rule alone. */
static bool is_mixed(const struct fused *f, const struct frame *frame)
{
	if (frame->plan->mixed || !frame->key)
		return frame->plan->mixed;
	const struct fused_property *one = property_at(f, frame->plan, frame->key);
	return one ? one->mixed : frame->plan->mixed_others;
}

static const struct frame *outermost_mixed(const struct fused *f)
{
	const struct frame *found = NULL;
	for (const struct frame *frame = f->top; frame; frame = frame->up)
		if (is_mixed(f, frame))
			found = frame;
	return found;
}

/* Whether the tape would go over what is open in the order of the text, to the end of it, and of what was used of
 * deprecated things tell the same: it does not look further than what is broken first. */
static bool in_order(const struct fused *f)
{
	const struct judge *j = f->run.j;
	bool order = !j->deprecated.len;
	for (const struct frame *frame = f->top; (j->pointer_count || j->broken_count) && frame; frame = frame->up)
		order &= !frame->plan->merged;
	return order;
}

/* What is broken inside of a value that is told as a whole is told with it. */
static void forget_inside(struct judge *j, const char *start)
{
	while (j->broken_count && j->broken[j->broken_count - 1].start > start)
		j->path.len = j->broken[--j->broken_count].path;
}

static void keep_broken(struct fused *f, uint32_t rule, const char *start)
{
	struct judge *j = f->run.j;
	if (!j->broken_count) {
		f->pointers = j->pointer_count;
		f->pointers_len = j->pointers.len;
	}
	j->broken[j->broken_count++] = (struct broken_value){start, rule, f->nest, j->path.len};
	add_path(&j->path, f->top);
}

/* The value between `start` and `end` breaks its rule. What is wrong with it, and with others, is all that has to be
 * told: the pass goes on to the end, and returns `end`. Where what is around it has to be told with it, that is left
 * first: NULL. */
static __attribute__((noinline)) const char *broken(struct fused *f, uint32_t rule, const char *start, const char *end)
{
	struct judge *j = f->run.j;
	if (f->run.undecided)
		return NULL;
	f->unwind = outermost_mixed(f);
	if (f->unwind)
		return NULL;
	forget_inside(j, start);
	if (j->broken_count == BROKEN_KEPT || f->run.p->closed || rule >= f->run.p->rules.len || !in_order(f)) {
		f->wrong = true;
		return NULL;
	}
	keep_broken(f, rule, start);
	return end;
}

/* The same of an array or object that was looked into: of what was used in it the tape might tell less. */
static __attribute__((noinline)) const char *broken_parts(struct fused *f, uint32_t rule, const char *start,
							  const char *end)
{
	f->wrong |= f->run.j->pointer_count > 0;
	return f->wrong ? NULL : broken(f, rule, start, end);
}

static bool part_keeps(struct run *r, const struct fused_program *program, uint32_t rule)
{
	r->number = 0;
	r->token = r->tape->token;
	if (rule < program->first_many)
		return run_part(r, rule, 0);
	const struct fused_many *many = &program->many.at[rule - program->first_many];
	for (uint32_t i = 0; i < many->count; i++)
		if (!run_part(r, program->lists.at[many->first + i], 0))
			return false;
	return true;
}

/* A value that has to be looked at twice. */
static __attribute__((noinline)) const char *by_tape(struct fused *f, uint32_t rule, uint32_t code, const char *p)
{
	const char *end = tape_read_part(f->tape, p, f->nest);
	if (!end || !code)
		return end;
	if (code == NONE || !part_keeps(&f->run, f->program, rule))
		return broken(f, rule, p, end);
	if (f->run.j->deprecated.len)
		keep_deprecated(f);
	return end;
}

/* The instructions for the scalar that is the tape's one token. */
static __attribute__((noinline)) bool scalar_keeps(struct fused *f, uint32_t code)
{
	struct run *r = &f->run;
	r->number = 0;
	r->token = r->tape->token;
	bool ok = run_ops(r, &r->ops[code], 0, NULL);
	if (UNLIKELY(r->j->deprecated.len))
		keep_deprecated(f);
	return ok;
}

SCANNER const char *read_string(struct fused *f, uint32_t rule, uint32_t code, const char *p)
{
	struct scanned_string s = scan_string(p + 1, JSON_WIDE);
	if (UNLIKELY(s.error != JSON_OK))
		return NULL;
	if (!code)
		return s.end + 1;
	if (UNLIKELY(s.escaped || code >= FUSED_TAPE))
		return by_tape(f, rule, code, p);
	uint32_t length = (uint32_t)(s.end - p - 1);
	f->tape->token[0] = (struct json_token){.at = (uint32_t)(p + 1 - f->run.source),
						.length = length,
						.points = length - s.surplus,
						.kind = JSON_STRING,
						.flags = s.ascii ? JSON_ASCII : 0};
	return LIKELY(scalar_keeps(f, code)) ? s.end + 1 : broken(f, rule, p, s.end + 1);
}

SCANNER const char *read_number(struct fused *f, uint32_t rule, const uint32_t *codes, const char *p)
{
	const char *fault, *at = p;
	bool plain;
	p = scan_number(p, &plain, &fault);
	uint32_t code = codes[plain ? KIND_INTEGER : JSON_NUMBER];
	if (!p || !code)
		return p;
	if (UNLIKELY(code >= FUSED_TAPE))
		return by_tape(f, rule, code, at);
	f->tape->token[0] = (struct json_token){.at = (uint32_t)(at - f->run.source),
						.length = (uint32_t)(p - at),
						.kind = JSON_NUMBER,
						.flags = plain ? JSON_PLAIN : 0};
	return LIKELY(scalar_keeps(f, code)) ? p : broken(f, rule, at, p);
}

SCANNER const char *read_literal(struct fused *f, uint32_t rule, const uint32_t *codes, const char *p)
{
	enum json_kind kind = *p == 't' ? JSON_TRUE : *p == 'f' ? JSON_FALSE : JSON_NULL;
	static const char words[][8] = {[JSON_NULL] = "null", [JSON_FALSE] = "false", [JSON_TRUE] = "true"};
	uint32_t length = kind == JSON_FALSE ? 5 : 4, code = codes[kind];
	if (memcmp(p, words[kind], 4) != 0 || (kind == JSON_FALSE && p[4] != 'e'))
		return NULL;
	if (!code)
		return p + length;
	if (code >= FUSED_TAPE)
		return by_tape(f, rule, code, p);
	f->tape->token[0] =
	    (struct json_token){.at = (uint32_t)(p - f->run.source), .length = length, .kind = (uint8_t)kind};
	return LIKELY(scalar_keeps(f, code)) ? p + length : broken(f, rule, p, p + length);
}

/* The value at `p`, whatever it is. */
static __attribute__((noinline)) const char *read_any(struct fused *f, uint32_t rule, const char *p)
{
	const uint32_t *codes = f->rules[rule].code;
	if (*p == '"')
		return read_string(f, rule, codes[JSON_STRING], p);
	if (ascii_digit(*p) || *p == '-')
		return read_number(f, rule, codes, p);
	if (*p != '{' && *p != '[')
		return read_literal(f, rule, codes, p);
	uint32_t code = codes[*p == '{' ? JSON_OBJECT : JSON_ARRAY];
	if (!code || code >= FUSED_TAPE)
		return by_tape(f, rule, code, p);
	return *p == '{' ? object(f, &f->plans[code], rule, p) : array(f, &f->plans[code], rule, p);
}

SCANNER const char *expect_word(const struct fused *f, const struct fused_rule *rule, const char *p)
{
	const struct fused_table *t = &f->program->tables.at[rule->table];
	const struct fused_name *names = f->program->words.at + t->first;
	const char *end;
	uint32_t found = table_find(t, f->slots, names, sizeof *names, p, &end).name;
	return LIKELY(found < t->count) ? end : NULL;
}

/* The value at `p`: one jump by what is expected of it. */
SCANNER const char *read_value(struct fused *f, uint32_t expect, uint32_t index, const char *p)
{
	const struct fused_rule *rule = &f->rules[index];
	const char *end = NULL;
	switch (expect) {
	case EXPECT_TEXT:
		end = *p == '"' ? expect_text(rule, p + 1) : NULL;
		break;
	case EXPECT_WORD:
		end = *p == '"' ? expect_word(f, rule, p + 1) : NULL;
		break;
	case EXPECT_LINE:
		end = *p == '"' ? expect_line(rule, p + 1) : NULL;
		break;
	case EXPECT_SHAPE:
		end = *p == '"' ? expect_shape(rule, p + 1, line_shape(rule->what, p + 1)) : NULL;
		break;
	case EXPECT_FIXED:
		end = *p == '"' ? expect_shape(rule, p + 1, line_fixed(rule->what, p + 1)) : NULL;
		break;
	case EXPECT_FORMAT:
		end = *p == '"' ? expect_format(rule, p + 1) : NULL;
		break;
	case EXPECT_INTEGER:
		end = expect_integer(rule, p);
		break;
	case EXPECT_NUMBER:
		end = expect_number(rule, p);
		break;
	case EXPECT_BOOLEAN:
		end = expect_boolean(p);
		break;
	case EXPECT_OBJECT:
		if (LIKELY(*p == '{'))
			return object(f, &f->plans[rule->code[JSON_OBJECT]], index, p);
		break;
	case EXPECT_ARRAY:
		if (LIKELY(*p == '['))
			return array(f, &f->plans[rule->code[JSON_ARRAY]], index, p);
		break;
	default:
		break;
	}
	return LIKELY(end != NULL) ? end : read_any(f, index, p);
}

/* Into an array or object. The bound on depth is the tape's or nearer. */
static inline bool enter(struct fused *f, const struct fused_plan *plan)
{
	if (UNLIKELY(!f->nest || f->run.depth + plan->weight >= RUN_DEPTH))
		return false;
	f->nest--;
	f->run.depth += plan->weight;
	return true;
}

/* Out of it, behind its bracket at `p`; `ok`: its rule is kept as far as the caller knows. */
static inline const char *leave(struct fused *f, const struct fused_plan *plan, const struct frame *own, uint32_t count,
				bool ok, const char *p)
{
	f->nest++;
	f->run.depth -= plan->weight;
	f->top = own->up;
	if (UNLIKELY(plan->deprecated))
		add_deprecated(f, 0);
	if (UNLIKELY(!run_charge(&f->run, ((uint64_t)count + 1) * plan->charge)))
		return NULL;
	return LIKELY(ok && count >= plan->min && count <= plan->max) ? p + 1
								      : broken_parts(f, own->rule, own->start, p + 1);
}

/* Behind all of it, which is told as the one value that breaks its rule. */
static __attribute__((noinline)) const char *read_on(struct fused *f, const struct frame *frame)
{
	enum { DEAREST = 64 };
	f->unwind = NULL;
	f->keys->count = frame->keys;
	const char *end = tape_read_part(f->tape, frame->start, f->nest);
	if (!end || !run_charge(&f->run, (uint64_t)f->tape->count * DEAREST)) {
		f->wrong |= end != NULL;
		return NULL;
	}
	return broken_parts(f, frame->rule, frame->start, end);
}

/* Out of it, where it stands: something is broken, or the tape has to tell. */
static __attribute__((noinline)) const char *abandon(struct fused *f, const struct frame *frame)
{
	f->nest++;
	f->run.depth -= frame->plan->weight;
	f->top = frame->up;
	return UNLIKELY(f->unwind == frame) ? read_on(f, frame) : NULL;
}

static __attribute__((noinline)) const char *array(struct fused *f, const struct fused_plan *plan, uint32_t own,
						   const char *p)
{
	const uint32_t *prefix = f->program->lists.at + plan->prefix;
	struct frame frame = {.up = f->top, .plan = plan, .start = p, .rule = own, .keys = f->keys->count};
	uint32_t count = 0, rule;
	if (!enter(f, plan))
		return NULL;
	f->top = &frame;
	p = scan_space(p + 1);
	if (*p != ']')
		for (;; p = scan_space(p + 1)) {
			rule = UNLIKELY(count < plan->prefix_count) ? prefix[count] : plan->items;
			p = read_value(f, f->rules[rule].expect, rule, p);
			if (UNLIKELY(!p))
				return abandon(f, &frame);
			frame.item = ++count;
			p = scan_space(p);
			if (*p != ',')
				break;
		}
	return *p == ']' ? leave(f, plan, &frame, count, true, p) : abandon(f, &frame);
}

/* Room for three more. */
static inline void reserve_keys(struct tape *keys)
{
	if (LIKELY(keys->count + 3 <= keys->capacity))
		return;
	keys->capacity = keys->capacity * 2 + 64;
	keys->token = must_realloc(keys->token, keys->capacity * sizeof *keys->token);
}

/* Keeps a key that the plan does not know; false: it stands there already. */
static inline bool add_stranger(struct fused *f, struct strangers *s, struct str name, uint32_t hash)
{
	struct tape *keys = f->keys;
	uint64_t bit = (uint64_t)1 << (hash >> 26);
	reserve_keys(keys);
	if (!s->count) {
		s->open = keys->count;
		keys->token[keys->count++] = (struct json_token){.kind = JSON_OBJECT};
	}
	uint32_t key = keys->count;
	keys->token[key] = (struct json_token){.at = (uint32_t)(name.at - f->run.source),
					       .length = (uint32_t)name.len,
					       .hash = hash,
					       .kind = JSON_STRING,
					       .flags = JSON_KEY};
	keys->token[key + 1] = (struct json_token){.kind = JSON_NULL};
	keys->count += 2;
	if (s->seen & bit && s->count < SMALL_OBJECT && keys_hold(keys, s->open + 1, key))
		return false;
	s->seen |= bit;
	s->count++;
	return true;
}

/* At the object's end; false: one of many keys stands there twice. */
static bool forget_strangers(struct fused *f, const struct strangers *s)
{
	struct json_token *open = &f->keys->token[s->open];
	open->length = s->count;
	open->end = f->keys->count;
	if (s->count > SMALL_OBJECT && keys_repeat(f->keys, s->open))
		return false;
	f->keys->count = s->open;
	return true;
}

/* Behind the colon, with the white space before it; NULL: none is there. */
SCANNER const char *behind_colon(const char *p)
{
	if (UNLIKELY(*p != ':'))
		p = scan_space(p);
	return LIKELY(*p == ':') ? p + 1 : NULL;
}

/* The key at `p`, which is in no table, with its colon; *found is NULL where the plan has no such. */
static __attribute__((noinline)) const char *read_key(struct fused *f, const struct fused_plan *plan, const char *p,
						      struct strangers *s, const struct fused_property **found)
{
	struct scanned_string key = scan_string(p + 1, JSON_WIDE);
	if (UNLIKELY(key.error != JSON_OK || key.escaped))
		return NULL;
	struct str name = str_of(p + 1, (size_t)(key.end - p - 1));
	uint32_t hash = scan_key_hash(name.at, name.len);
	*found = plan->names.odd ? search_odd(f, plan, name, hash) : NULL;
	if (!*found && !add_stranger(f, s, name, hash))
		return NULL;
	return behind_colon(key.end + 1);
}

/* Whether the object has what it must have in this direction, and nothing that must not come. */
static inline bool keeps_masks(const struct fused *f, const struct fused_plan *plan, const uint64_t *seen)
{
	const uint64_t *required = f->program->masks.at + plan->masks + f->run.direction * plan->words;
	const uint64_t *forbidden = required + 2 * plan->words;
	uint64_t wrong = 0;
	for (uint32_t i = 0; i < plan->words; i++)
		wrong |= (required[i] & ~seen[i]) | (forbidden[i] & seen[i]);
	return !wrong;
}

/* False: it was seen before. */
SCANNER bool see(uint64_t *seen, uint32_t property)
{
	uint64_t *word = LIKELY(property < 64) ? seen : seen + property / 64, bit = (uint64_t)1 << property % 64;
	if (UNLIKELY(*word & bit))
		return false;
	*word |= bit;
	return true;
}

/* The value of a member that has no slot. */
static __attribute__((noinline)) const char *read_other(struct fused *f, uint32_t rule, const char *p)
{
	return read_value(f, f->rules[rule].expect, rule, p);
}

static __attribute__((noinline)) const char *object(struct fused *f, const struct fused_plan *plan, uint32_t own,
						    const char *p)
{
	const struct fused_property *properties = &f->properties[plan->property], *one;
	uint64_t seen[FUSED_PROPERTIES / 64] = {0};
	struct strangers strangers = {0, 0, 0};
	struct frame frame = {.up = f->top, .plan = plan, .start = p, .rule = own, .keys = f->keys->count};
	uint32_t count = 0;
	struct fused_slot slot;
	const char *end;
	if (!enter(f, plan))
		return NULL;
	f->top = &frame;
	p = scan_space(p + 1);
	if (*p == '}')
		goto closing;
member:
	frame.key = p;
	if (UNLIKELY(*p != '"'))
		return abandon(f, &frame);
	slot = table_find(&plan->names, f->slots, properties, sizeof *properties, p + 1, &end);
	one = &properties[slot.name];
	if (LIKELY(slot.name < plan->count))
		p = behind_colon(end);
	else
		p = read_key(f, plan, p, &strangers, &one);
	if (UNLIKELY(!p))
		return abandon(f, &frame);
	count++;
	if (LIKELY(one != NULL)) {
		if (UNLIKELY(!see(seen, (uint32_t)(one - properties))))
			return abandon(f, &frame);
		p = read_value(f, slot.expect, one->rule, scan_space(p));
	} else {
		p = read_other(f, plan->additional, scan_space(p));
	}
	if (UNLIKELY(!p))
		return abandon(f, &frame);
	p = scan_space(p);
	if (*p == ',') {
		p = scan_space(p + 1);
		goto member;
	}
	if (UNLIKELY(*p != '}'))
		return abandon(f, &frame);
closing:
	if (strangers.count && !forget_strangers(f, &strangers))
		return abandon(f, &frame);
	return leave(f, plan, &frame, count, keeps_masks(f, plan, seen), p);
}

/* Only arrays and objects with a plan are worth it. */
static const char *first_byte(const struct fused_program *program, uint32_t entry, struct str json)
{
	const char *p = json.at, *end = json.len ? json.at + json.len : p;
	while (p < end && scan_is_space(*p))
		p++;
	if (p == end || (*p != '{' && *p != '['))
		return NULL;
	uint32_t code = program->rules.at[entry].code[*p == '{' ? JSON_OBJECT : JSON_ARRAY];
	return code && code < FUSED_TAPE ? p : NULL;
}

static bool read_whole(struct fused *f, uint32_t entry, struct str json, const char *p)
{
	struct json_limits limits = {f->nest, f->run.j->limits.size};
	if (tape_begin(f->tape, json, &limits).error != JSON_OK)
		return false;
	f->run.source = f->keys->text.at = f->tape->text.at;
	f->keys->text.len = json.len;
	p = read_other(f, entry, f->tape->text.at + (p - json.at));
	return p && scan_space(p) == f->tape->text.at + json.len;
}

/* Whether what is broken can be told value by value. Explained over the whole tape, each level above a value would be
 * charged once more at most: where that could be too much, the explanation is left to the tape. */
static bool can_tell(struct fused *f)
{
	struct judge *j = f->run.j;
	const struct judge_limits *limits = &j->limits;
	uint64_t used = limits->steps - f->run.steps, levels = 0;
	uint64_t most = limits->steps < EXPLAIN_STEPS ? limits->steps : EXPLAIN_STEPS;
	for (unsigned i = 0; i < j->broken_count; i++)
		if (limits->depth - j->broken[i].nest > levels)
			levels = limits->depth - j->broken[i].nest;
	j->pointer_count = f->pointers;
	j->pointers.len = f->pointers_len;
	return used * (levels + 4) * 2 < most;
}

enum fused_verdict fused_judge(const struct run *r, uint32_t entry, struct str json)
{
	const struct fused_program *program = r->p->fused;
	const char *p = first_byte(program, entry, json);
	if (!p)
		return FUSED_UNTOLD;
	struct fused f = {
	    .run = *r,
	    .program = program,
	    .rules = program->rules.at,
	    .plans = program->plans.at,
	    .properties = program->properties.at,
	    .slots = program->slots.at,
	    .tape = &r->j->tape,
	    .keys = &r->j->keys,
	    .nest = r->j->limits.depth,
	};
	f.keys->count = 0;
	r->j->broken_count = 0;
	r->j->path.len = 0;
	bool read = read_whole(&f, entry, json, p);
	f.tape->count = 0;
	if (f.keys->capacity > KEYS_KEPT)
		tape_free(f.keys);
	if (!read)
		return f.wrong || r->j->broken_count ? FUSED_WRONG : FUSED_UNTOLD;
	if (!r->j->broken_count)
		return FUSED_VALID;
	return can_tell(&f) ? FUSED_TOLD : FUSED_WRONG;
}
