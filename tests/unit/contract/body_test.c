#include "tests/unit/contract/body_rows.h"

#define ORDER                                                                                                          \
	"schema: {type: object, required: [id], properties: {id: {type: integer}, note: {type: string}, "              \
	"tags: {type: array, items: {type: integer}}, at: {type: object, properties: {x: {type: integer}}}}}"

static void json(void **state)
{
	static const struct row rows[] = {
	    {"application/json", "{\"id\":1}", ""},
	    {"application/json; charset=utf-8", "{\"id\":1}", ""},
	    {"APPLICATION/JSON", "{\"id\":\"1\"}", "body.type /id"},
	    {"application/json", "{}", "body.required"},
	    {"application/json", "{\"id\":1,", "body.syntax"},
	    {"application/json", "{\"id\":1,\"id\":1}", "body.duplicate_key"},
	    {"application/json; charset=utf-16", "{\"id\":1}", "?charset"},
	    {"application/problem+json", "{\"id\":\"1\"}", "body.type /id"},
	    {"text/json", "{\"id\":1}", "media_type.unsupported"},
	    {"application", "{\"id\":1}", "media_type.malformed"},
	    {"application/*", "{\"id\":1}", "media_type.malformed"},
	    {NULL, "{\"id\":1}", "media_type.missing"},
	    {"application/json", "", "body.required"},
	};
	(void)state;
	CHECK_BODIES("application/json: {" ORDER "}, application/problem+json: {" ORDER "}", rows);
}

/* The type that most messages say goes a way of its own. */
static void the_usual_type(void **state)
{
	static const struct row rows[] = {
	    {"application/json", "\"1\"", "body.type"},
	    {"application/json;charset=utf-8", "\"1\"", "body.type"},
	    {"application/json; charset=UTF-8", "\"1\"", "body.type"},
	    {"application/json; charset=\"utf-8\"", "\"1\"", "body.type"},
	    {"application/json; charset=utf-8; v=1", "\"1\"", "body.type"},
	    {"application/json; charset=latin1", "1", "?charset"},
	    {"application/json; v", "1", "media_type.malformed"},
	    {"application/json5", "1", "media_type.unsupported"},
	    {"application/jso", "1", "media_type.unsupported"},
	    {"text/plain", "x", "body.type"},
	};
	static const struct row nearer[] = {
	    {"application/json", "\"a\"", ""},
	    {"application/json; charset=utf-8", "\"a\"", ""},
	    {"application/json", "1", "body.type"},
	};
	(void)state;
	CHECK_BODIES("text/plain: {schema: {type: integer}}, application/json: {schema: {type: integer}}", rows);
	CHECK_BODIES("application/json: {schema: {type: integer}}, application/json;charset=utf-8: {schema: {type: string}}",
		     nearer);
}

/* What is no sequence has no items: itemSchema alone describes nothing of it, and what is not judged is said not to be. */
static void items_of_what_has_none(void **state)
{
	static const struct row rows[] = {
	    {"application/json", "[1]", "?no_schema"},
	    {"application/a+json", "{}", "?no_schema"},
	    {"text/plain", "x", "?no_schema"},
	    {"application/x-www-form-urlencoded", "a=1", "?no_schema"},
	    {"application/jsonl", "1\n", "body.type /0"},
	};
	(void)state;
	CHECK_BODIES("application/json: {itemSchema: {type: string}}, application/*+json: {itemSchema: {type: string}}, "
		     "text/plain: {itemSchema: {type: integer}}, application/x-www-form-urlencoded: {itemSchema: {type: string}}, "
		     "application/jsonl: {itemSchema: {type: string}}",
		     rows);
}

static void the_most_specific_range_decides(void **state)
{
	static const struct row rows[] = {
	    {"application/json", "1", ""},
	    {"application/json; v=2", "1", "body.type"},
	    {"application/json; v=2", "\"a\"", ""},
	    {"application/a+json", "true", ""},
	    {"application/a+json", "1", "body.type"},
	    {"application/xml", "<a/>", "?media_type"},
	    {"text/html", "x", "?no_schema"},
	    {"image/png", "x", ""},
	    {"application/octet-stream", "x", ""},
	};
	(void)state;
	CHECK_BODIES("application/json: {schema: {type: integer}}, application/json;v=2: {schema: {type: string}}, "
		     "application/*+json: {schema: {type: boolean}}, application/*: {schema: {type: 'null'}}, "
		     "application/octet-stream: {schema: {type: string, format: binary}}, '*/*': {}",
		     rows);
}

static void forms(void **state)
{
	static const struct row rows[] = {
	    {"application/x-www-form-urlencoded", "id=1", ""},
	    {"application/x-www-form-urlencoded", "id=x", "body.type /id"},
	    {"application/x-www-form-urlencoded", "note=a+b%26c", "body.required"},
	    {"application/x-www-form-urlencoded", "id=1&note=5", ""},
	    {"application/x-www-form-urlencoded", "id=1&tags=1&tags=2", ""},
	    {"application/x-www-form-urlencoded", "id=1&tags=1&tags=b", "body.type /tags/1"},
	    {"application/x-www-form-urlencoded", "id=1&id=2", "body.repeated id"},
	    {"application/x-www-form-urlencoded", "id=1&note=%zz", "body.encoding"},
	    {"application/x-www-form-urlencoded", "id=1&note=%ff", "body.utf8"},
	    {"application/x-www-form-urlencoded", "id=1&at=%7B%22x%22%3A1%7D", ""},
	    {"application/x-www-form-urlencoded", "id=1&at=%7B%22x%22%3A%22a%22%7D", "body.type /at/x"},
	    {"application/x-www-form-urlencoded", "id=1&at=1,%22id%22:2", "body.type /at"},
	    {"application/x-www-form-urlencoded", "id=1&other=x", ""},
	};
	static const struct row styled[] = {
	    {"application/x-www-form-urlencoded", "id=1&at[x]=1", ""},
	    {"application/x-www-form-urlencoded", "id=1&at%5Bx%5D=a", "body.type /at/x"},
	    {"application/x-www-form-urlencoded", "id=1&tags=1|2", ""},
	    {"application/x-www-form-urlencoded", "id=1&tags=1%7Cb", "body.type /tags/1"},
	    {"application/x-www-form-urlencoded", "id=1&tags=1&tags=2", "body.repeated tags"},
	};
	(void)state;
	CHECK_BODIES("application/x-www-form-urlencoded: {" ORDER "}", rows);
	CHECK_BODIES("application/x-www-form-urlencoded: {" ORDER
		     ", encoding: {at: {style: deepObject, explode: true}, tags: {style: pipeDelimited}}}",
		     styled);
}

#define BOUNDED                "multipart/form-data; boundary=x"
#define PART(name, more, text) "--x\r\nContent-Disposition: form-data; name=\"" name "\"" more "\r\n\r\n" text "\r\n"
#define JSON_TYPE              "\r\nContent-Type: application/json"

static void multipart(void **state)
{
	static const struct row rows[] = {
	    {BOUNDED, PART("id", "", "1") "--x--\r\n", ""},
	    {BOUNDED, PART("id", "", "a") "--x--\r\n", "body.type /id"},
	    {BOUNDED, PART("note", "", "a") "--x--\r\n", "body.required"},
	    {BOUNDED, PART("id", "", "1") PART("tags", "", "1") PART("tags", "", "b") "--x--\r\n", "body.type /tags/1"},
	    {BOUNDED, PART("id", "", "1") PART("tags", JSON_TYPE, "[1,2]") "--x--\r\n", ""},
	    {BOUNDED, PART("id", "", "1") PART("tags", "", "1") "--x--\r\n", ""},
	    {BOUNDED, PART("id", "", "1") PART("id", "", "2") "--x--\r\n", "body.repeated id"},
	    {BOUNDED, PART("id", "", "1") PART("at", "", "{\"x\":1}") "--x--\r\n", ""},
	    {BOUNDED, PART("id", "", "1") PART("at", JSON_TYPE, "{\"x\":\"a\"}") "--x--\r\n", "body.type /at/x"},
	    {BOUNDED, PART("id", "", "1") PART("at", JSON_TYPE, "{},\"id\":2") "--x--\r\n", "body.type /at"},
	    {BOUNDED, PART("id", "", "1") PART("at", "\r\nContent-Type: application/xml", "<x/>") "--x--",
	     "?media_type"},
	    {BOUNDED, PART("id", "", "1") PART("note", "; filename=\"a\"", "\xff\x01\"") "--x--\r\n", ""},
	    {BOUNDED, PART("id", "", "1") PART("note", "", "\xff") "--x--\r\n", "body.utf8"},
	    {BOUNDED, PART("id", "", "1"), "body.syntax"},
	    {"multipart/form-data", PART("id", "", "1") "--x--\r\n", "body.syntax"},
	    {"multipart/form-data; boundary=y", PART("id", "", "1") "--x--\r\n", "body.syntax"},
	};
	static const struct row encoded[] = {
	    {BOUNDED, PART("id", "", "1") PART("note", "\r\nContent-Type: image/png\r\nX-Rate: 5", "a") "--x--\r\n",
	     ""},
	    {BOUNDED, PART("id", "", "1") PART("note", "\r\nContent-Type: image/png\r\nX-Rate: a", "a") "--x--\r\n",
	     "header.type X-Rate"},
	    {BOUNDED, PART("id", "", "1") PART("note", "\r\nContent-Type: text/plain", "a") "--x--\r\n",
	     "body.unsupported note; header.required X-Rate"},
	};
	static const struct row bytes[] = {
	    {BOUNDED, PART("file", "", "\xff\xfe") PART("pages", "", "\x80") PART("pages", "", "\x81") "--x--\r\n", ""},
	    {BOUNDED, PART("file", "", "\xff\xfe\xfd\xfc") "--x--\r\n", "body.max_length /file"},
	    {BOUNDED, PART("text", "", "\xff") "--x--\r\n", "body.utf8"},
	};
	(void)state;
	CHECK_BODIES(
	    "multipart/form-data: {schema: {allOf: [{type: object, properties: {file: {type: string, format: binary, "
	    "maxLength: 3}, pages: {type: array, items: {contentMediaType: image/png}}, text: {type: string}}}]}}",
	    bytes);
	CHECK_BODIES("multipart/form-data: {" ORDER "}", rows);
	CHECK_BODIES("multipart/form-data: {" ORDER
		     ", encoding: {note: {contentType: 'image/png, image/jpeg', headers: "
		     "{X-Rate: {required: true, schema: {type: integer}}}}}}",
		     encoded);
}

static void text(void **state)
{
	static const struct row rows[] = {
	    {"text/plain", "12", ""},
	    {"text/plain; charset=utf-8", "x", "body.type"},
	    {"text/plain; charset=iso-8859-1", "x", "?charset"},
	};
	(void)state;
	CHECK_BODIES("text/plain: {schema: {type: integer}}", rows);
}

static void sequences(void **state)
{
	static const struct row rows[] = {
	    {"application/jsonl", "{\"id\":1}\n{\"id\":2}\n", ""},
	    {"application/jsonl", "{\"id\":1}\r\n\r\n{\"id\":\"b\"}", "body.type /1/id"},
	    {"application/jsonl", "{\"id\":1}\n{", "body.syntax /1"},
	    {"application/json-seq", "\x1e{\"id\":1}\n\x1e{\"id\":2}\n", ""},
	    {"application/json-seq", "\x1e{\"id\":1}\n\x1e{}\n", "body.required /1"},
	    {"application/json-seq", "{\"id\":1}\n", "body.syntax"},
	    {"text/event-stream", ": hello\n\nid: 1\ndata: a\ndata: b\n\nid: x\nretry: 5\n\n", ""},
	};
	static const struct row events[] = {
	    {"text/event-stream", "event: add\ndata: a\ndata: b\n\n", ""},
	    {"text/event-stream", "event: add\r\ndata: a\r\n\r\nevent: drop\rdata:b\r\r", "body.enum /1/event"},
	    {"text/event-stream", "data: a\n\n", "body.required /0"},
	    {"text/event-stream", "event: add\nretry: 10\n\n", ""}, /* without data, so never dispatched */
	    {"text/event-stream", "event: drop\nid: 1\n\n: still here\n\n", ""},
	    {"text/event-stream", "event: add\nretry: 10\ndata\n\n", ""},
	    {"text/event-stream", "event: add\nretry: 0070\ndata: a\n\n", "body.maximum /0/retry"},
	    {"text/event-stream", "event: add\nretry: x\ndata: a\n\n", ""}, /* no number, so passed over */
	    {"text/event-stream",
	     "\xef\xbb\xbf"
	     "event: drop\ndata: a\n\n",
	     "body.enum /0/event"},
	    {"text/event-stream", "event: drop\ndata: a\n", ""}, /* never ended, so never dispatched */
	};
	(void)state;
	CHECK_BODIES(
	    "application/jsonl: {itemSchema: {type: object, required: [id], properties: {id: {type: integer}}}}, "
	    "application/json-seq: {itemSchema: {type: object, required: [id]}}, text/event-stream: {itemSchema: {}}",
	    rows);
	CHECK_BODIES("text/event-stream: {itemSchema: {required: [event], properties: {event: {enum: [add]}, "
		     "retry: {type: integer, maximum: 69}}}}",
		     events);
}

/* gzip of {"id":"a"}, made by gzip -n. */
static const char zipped[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\x4c\x51\xb2\x52\x4a\x54\xaa"
			     "\x05\x00\x43\xe6\xa4\x9a\x0a\x00\x00\x00";

static enum judgement post_coded(struct fixture *f, const char *coding, struct str body)
{
	struct field fields[] = {{STR("Content-Type"), STR("application/json")},
				 {STR("Content-Encoding"), str_from(coding)}};
	assert_int_equal(fixture_judge(f, "POST", "/x", "", fields, 2, true), VALID);
	return contract_body(f->c, &f->plan, REQUEST, body, f->j, &f->found);
}

static void codings(void **state)
{
	struct fixture f;
	(void)state;
	body_begin(&f, "3.2.0", "application/json: {" ORDER "}");
	assert_int_equal(post_coded(&f, "identity", STR("{\"id\":1}")), VALID);
	assert_int_equal(post_coded(&f, "zstd", STR("x")), UNDECIDED);
	assert_string_equal(f.found.unchecked, "coding");
	assert_int_equal(post_coded(&f, "gzip", STR("x")), INVALID);
	assert_string_equal(fixture_text(&f), "body.coding");
	struct str gzip = str_of(zipped, sizeof zipped - 1);
	assert_int_equal(post_coded(&f, "gzip", gzip), INVALID);
	assert_string_equal(fixture_text(&f), "body.type /id");
	fixture_end(&f);
}

/* What never comes to be judged used nothing deprecated, whatever was judged before it. */
static void an_unread_body_uses_nothing_deprecated(void **state)
{
	static const struct row unread[] = {
	    {"application/x-www-form-urlencoded", "note=a&note=b", "body.repeated note"},
	    {BOUNDED, PART("at", "\r\nContent-Type: application/xml", "<x/>") "--x--", "?media_type"},
	    {BOUNDED, PART("note", "", "a"), "body.syntax"},
	    {"application/jsonl", "\n\n", ""},
	    {"application/octet-stream", "x", ""},
	    {"application/xml", "<x/>", "?media_type"},
	};
	struct fixture f;
	struct str pointers[4];
	(void)state;
	body_begin(&f, "3.2.0",
		   "application/json: {schema: {properties: {old: {deprecated: true}}}}, "
		   "application/x-www-form-urlencoded: {" ORDER "}, multipart/form-data: {" ORDER "}, "
		   "application/jsonl: {itemSchema: {}}, application/octet-stream: {}, application/xml: {" ORDER "}");
	for (size_t i = 0; i < sizeof unread / sizeof *unread; i++) {
		assert_int_equal(fixture_post(&f, "/x", "application/json", STR("{\"old\":1}")), VALID);
		assert_int_equal(judge_deprecated(f.j, pointers, 4), 1);
		enum judgement wanted = unread[i].said[0] == '?' ? UNDECIDED : unread[i].said[0] ? INVALID : VALID;
		assert_int_equal(fixture_post(&f, "/x", unread[i].type, str_from(unread[i].body)), wanted);
		assert_int_equal(judge_deprecated(f.j, pointers, 4), 0);
	}
	assert_int_equal(fixture_post(&f, "/x", "application/json", STR("{\"old\":1}")), VALID);
	assert_int_equal(post_coded(&f, "zstd", STR("x")), UNDECIDED);
	assert_int_equal(judge_deprecated(f.j, pointers, 4), 0);
	fixture_end(&f);
}

static const char *uses_of(struct fixture *f, const char *type, const char *body)
{
	struct str uses[20];
	size_t len = 0;
	assert_int_equal(fixture_post(f, "/x", type, str_from(body)), VALID);
	unsigned count = judge_deprecated(f->j, uses, 20);
	f->text[0] = '\0';
	for (unsigned i = 0; i < count; i++)
		len += (size_t)snprintf(f->text + len, sizeof f->text - len, "%.*s ", STR_ARG(uses[i]));
	return f->text;
}

/* Of all items, not only of the last. */
static void items_use_what_is_deprecated(void **state)
{
	static const char mixed[] = "multipart/mixed; boundary=x";
	struct fixture f;
	struct buf body = {0};
	(void)state;
	body_begin(&f, "3.2.0",
		   "application/jsonl: {itemSchema: &item {properties: {old: {deprecated: true}, odd: {deprecated: true}}, "
		   "additionalProperties: {type: integer, deprecated: true}}}, "
		   "multipart/mixed: {itemSchema: *item, itemEncoding: {contentType: application/json}}");
	assert_string_equal(uses_of(&f, "application/jsonl", "{\"old\":1}\n{}\n"), "/old ");
	assert_string_equal(uses_of(&f, "application/jsonl", "{}\n{\"odd\":1}\n{\"odd\":1,\"old\":1}\n{}\n"), "/odd /old ");
	assert_string_equal(uses_of(&f, "application/jsonl", "{}\n{}\n"), "");
	assert_string_equal(uses_of(&f, mixed, "--x\r\n\r\n{\"old\":1}\r\n--x\r\n\r\n{}\r\n--x--"), "/old ");
	for (unsigned i = 0; i < 40; i++)
		buf_addf(&body, "{\"k%u\":1,\"old\":1}\n", i);
	buf_addc(&body, '\0');
	const char *many = uses_of(&f, "application/jsonl", body.at);
	assert_memory_equal(many, "/k0 /old /k1 /k2 ", 17);
	assert_true(strlen(many) < 16 * 6);
	buf_free(&body);
	fixture_end(&f);
}

/* More fields than a form may have are counted as unchecked, more bracketed values than one may hold are refused. */
static void bounds(void **state)
{
	struct fixture f;
	struct buf body = {0};
	(void)state;
	body_begin(&f, "3.2.0", "application/x-www-form-urlencoded: {" ORDER ", encoding: {at: {style: deepObject}}}");
	for (unsigned i = 0; i < 20000; i++)
		buf_addf(&body, "f%u=1&", i);
	assert_int_equal(fixture_post(&f, "/x", "application/x-www-form-urlencoded", buf_str(&body)), UNDECIDED);
	assert_string_equal(f.found.unchecked, "fields");
	body.len = 0;
	for (unsigned i = 0; i < 5000; i++)
		buf_addf(&body, "at[x%u]=1&", i % 10);
	assert_int_equal(fixture_post(&f, "/x", "application/x-www-form-urlencoded", buf_str(&body)), INVALID);
	assert_string_equal(fixture_text(&f), "body.syntax at");
	body.len = 0;
	for (unsigned i = 0; i < 20; i++)
		buf_addf(&body, "%s", i ? "[a]" : "at[a]");
	assert_int_equal(fixture_post(&f, "/x", "application/x-www-form-urlencoded", buf_str(&body)), INVALID);
	buf_free(&body);
	fixture_end(&f);
}

/* The sender chooses names: they are cut, at a character, so that no log is filled with them. */
static void long_names(void **state)
{
	struct fixture f;
	struct buf body = {0};
	(void)state;
	body_begin(&f, "3.2.0", "application/json: {schema: {additionalProperties: {type: integer}}}");
	buf_addf(&body, "{\"");
	for (unsigned i = 0; i < 100000; i++)
		buf_addf(&body, "\xc3\xa9");
	buf_addf(&body, "\": \"x\"}");
	assert_int_equal(fixture_post(&f, "/x", "application/json", buf_str(&body)), INVALID);
	assert_int_equal(f.found.count, 1);
	struct str pointer = f.found.at[0].pointer;
	assert_int_equal(pointer.len, 1 + 2 * 255 + 3);
	assert_true(str_ends(pointer, STR("\xc3\xa9\xe2\x80\xa6")));
	buf_free(&body);
	fixture_end(&f);
}

/* What is not kept is not explained: a stream of wrong items costs no memory for each. */
static void many_wrong_items(void **state)
{
	struct fixture f;
	struct buf body = {0};
	(void)state;
	body_begin(&f, "3.2.0", "application/jsonl: {itemSchema: {type: integer}}");
	for (unsigned i = 0; i < 200000; i++)
		buf_addf(&body, "x\n");
	assert_int_equal(fixture_post(&f, "/x", "application/jsonl", buf_str(&body)), INVALID);
	assert_int_equal(f.found.count, 16);
	assert_int_equal(f.found.total, 200000);
	assert_true(arena_held(&f.arena) < 1 << 20);
	buf_free(&body);
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json),       cmocka_unit_test(the_usual_type),
	    cmocka_unit_test(items_of_what_has_none), cmocka_unit_test(the_most_specific_range_decides),
	    cmocka_unit_test(forms),      cmocka_unit_test(multipart),
	    cmocka_unit_test(text),       cmocka_unit_test(sequences),
	    cmocka_unit_test(codings),    cmocka_unit_test(an_unread_body_uses_nothing_deprecated),
	    cmocka_unit_test(bounds),     cmocka_unit_test(items_use_what_is_deprecated),
	    cmocka_unit_test(long_names), cmocka_unit_test(many_wrong_items),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
