#include "filters/contract/oas.h"

enum kinds {
	TEXT = 1 << NODE_STRING,
	FLAG = 1 << NODE_BOOL,
	LIST = 1 << NODE_SEQUENCE,
	MAP = 1 << NODE_MAPPING,
	ANY = 0x3f,
	SCHEMA = MAP | FLAG /* what a schema may be is for the schema compiler to say */
};
enum need { OPTIONAL, WANTED, REQUIRED };

/* A field: kinds of node, versions from and to, and whether its absence is a warning or an error. */
struct rule {
	struct str name;
	uint8_t kinds, since, until, need;
};
#define FIELD(name, kinds)                                                                                             \
	{                                                                                                              \
		STR_INIT(name), kinds, 30, 99, OPTIONAL                                                                \
	}
#define NEEDS(name, kinds, need)                                                                                       \
	{                                                                                                              \
		STR_INIT(name), kinds, 30, 99, need                                                                    \
	}
#define SINCE(since, name, kinds)                                                                                      \
	{                                                                                                              \
		STR_INIT(name), kinds, since, 99, OPTIONAL                                                             \
	}
#define ONLY(since, until, name, kinds)                                                                                \
	{                                                                                                              \
		STR_INIT(name), kinds, since, until, OPTIONAL                                                          \
	}

static const struct rule root_rules[] = {
    NEEDS("openapi", TEXT, REQUIRED),
    NEEDS("info", MAP, WANTED),
    FIELD("servers", LIST),
    FIELD("paths", MAP),
    FIELD("components", MAP),
    FIELD("security", LIST),
    FIELD("tags", LIST),
    FIELD("externalDocs", MAP),
    SINCE(31, "jsonSchemaDialect", TEXT),
    SINCE(31, "webhooks", MAP),
    SINCE(32, "$self", TEXT),
};
static const struct rule info_rules[] = {
    NEEDS("title", TEXT, WANTED), FIELD("description", TEXT),     FIELD("termsOfService", TEXT), FIELD("contact", MAP),
    FIELD("license", MAP),        NEEDS("version", TEXT, WANTED), SINCE(31, "summary", TEXT),
};
static const struct rule contact_rules[] = {FIELD("name", TEXT), FIELD("url", TEXT), FIELD("email", TEXT)};
static const struct rule license_rules[] = {
    NEEDS("name", TEXT, WANTED),
    FIELD("url", TEXT),
    SINCE(31, "identifier", TEXT),
};
static const struct rule server_rules[] = {
    NEEDS("url", TEXT, REQUIRED),
    FIELD("description", TEXT),
    FIELD("variables", MAP),
    SINCE(32, "name", TEXT),
};
static const struct rule server_variable_rules[] = {
    FIELD("enum", LIST),
    NEEDS("default", TEXT, WANTED),
    FIELD("description", TEXT),
};
static const struct rule components_rules[] = {
    FIELD("schemas", MAP),       FIELD("responses", MAP),     FIELD("parameters", MAP),      FIELD("examples", MAP),
    FIELD("requestBodies", MAP), FIELD("headers", MAP),       FIELD("securitySchemes", MAP), FIELD("links", MAP),
    FIELD("callbacks", MAP),     SINCE(31, "pathItems", MAP), SINCE(32, "mediaTypes", MAP),
};
static const struct rule path_item_rules[] = {
    FIELD("$ref", TEXT),       FIELD("summary", TEXT),  FIELD("description", TEXT),
    FIELD("get", MAP),         FIELD("put", MAP),       FIELD("post", MAP),
    FIELD("delete", MAP),      FIELD("options", MAP),   FIELD("head", MAP),
    FIELD("patch", MAP),       FIELD("trace", MAP),     FIELD("servers", LIST),
    FIELD("parameters", LIST), SINCE(32, "query", MAP), SINCE(32, "additionalOperations", MAP),
};
static const struct rule operation_rules[] = {
    FIELD("tags", LIST),        FIELD("summary", TEXT),    FIELD("description", TEXT), FIELD("externalDocs", MAP),
    FIELD("operationId", TEXT), FIELD("parameters", LIST), FIELD("requestBody", MAP),  FIELD("responses", MAP),
    FIELD("callbacks", MAP),    FIELD("deprecated", FLAG), FIELD("security", LIST),    FIELD("servers", LIST),
};
static const struct rule external_docs_rules[] = {FIELD("description", TEXT), NEEDS("url", TEXT, WANTED)};
static const struct rule parameter_rules[] = {
    NEEDS("name", TEXT, REQUIRED), NEEDS("in", TEXT, REQUIRED),    FIELD("description", TEXT), FIELD("required", FLAG),
    FIELD("deprecated", FLAG),     FIELD("allowEmptyValue", FLAG), FIELD("style", TEXT),       FIELD("explode", FLAG),
    FIELD("allowReserved", FLAG),  FIELD("schema", SCHEMA),        FIELD("example", ANY),      FIELD("examples", MAP),
    FIELD("content", MAP),
};
static const struct rule header_rules[] = {
    FIELD("description", TEXT),
    FIELD("required", FLAG),
    FIELD("deprecated", FLAG),
    ONLY(30, 30, "allowEmptyValue", FLAG),
    FIELD("style", TEXT),
    FIELD("explode", FLAG),
    ONLY(30, 30, "allowReserved", FLAG),
    FIELD("schema", SCHEMA),
    FIELD("example", ANY),
    FIELD("examples", MAP),
    FIELD("content", MAP),
};
static const struct rule request_body_rules[] = {
    FIELD("description", TEXT),
    NEEDS("content", MAP, REQUIRED),
    FIELD("required", FLAG),
};
static const struct rule media_type_rules[] = {
    FIELD("schema", SCHEMA),        FIELD("example", ANY),           FIELD("examples", MAP),
    FIELD("encoding", MAP),         SINCE(32, "itemSchema", SCHEMA), SINCE(32, "prefixEncoding", LIST),
    SINCE(32, "itemEncoding", MAP),
};
static const struct rule encoding_rules[] = {
    FIELD("contentType", TEXT),
    FIELD("headers", MAP),
    FIELD("style", TEXT),
    FIELD("explode", FLAG),
    FIELD("allowReserved", FLAG),
    SINCE(32, "encoding", MAP),
    SINCE(32, "prefixEncoding", LIST),
    SINCE(32, "itemEncoding", MAP),
};
static const struct rule response_rules[] = {
    {STR_INIT("description"), TEXT, 30, 31, WANTED},
    SINCE(32, "description", TEXT),
    SINCE(32, "summary", TEXT),
    FIELD("headers", MAP),
    FIELD("content", MAP),
    FIELD("links", MAP),
};
static const struct rule example_rules[] = {
    FIELD("summary", TEXT),       FIELD("description", TEXT),  FIELD("value", ANY),
    FIELD("externalValue", TEXT), SINCE(32, "dataValue", ANY), SINCE(32, "serializedValue", TEXT),
};
static const struct rule link_rules[] = {
    FIELD("operationRef", TEXT), FIELD("operationId", TEXT), FIELD("parameters", MAP),
    FIELD("requestBody", ANY),   FIELD("description", TEXT), FIELD("server", MAP),
};
static const struct rule tag_rules[] = {
    NEEDS("name", TEXT, WANTED), FIELD("description", TEXT), FIELD("externalDocs", MAP),
    SINCE(32, "summary", TEXT),  SINCE(32, "parent", TEXT),  SINCE(32, "kind", TEXT),
};
static const struct rule security_scheme_rules[] = {
    NEEDS("type", TEXT, WANTED),
    FIELD("description", TEXT),
    FIELD("name", TEXT),
    FIELD("in", TEXT),
    FIELD("scheme", TEXT),
    FIELD("bearerFormat", TEXT),
    FIELD("flows", MAP),
    FIELD("openIdConnectUrl", TEXT),
    SINCE(32, "oauth2MetadataUrl", TEXT),
    SINCE(32, "deprecated", FLAG),
};
static const struct rule oauth_flows_rules[] = {
    FIELD("implicit", MAP),
    FIELD("password", MAP),
    FIELD("clientCredentials", MAP),
    FIELD("authorizationCode", MAP),
    SINCE(32, "deviceAuthorization", MAP),
};
static const struct rule oauth_flow_rules[] = {
    FIELD("authorizationUrl", TEXT),           FIELD("tokenUrl", TEXT), FIELD("refreshUrl", TEXT), FIELD("scopes", MAP),
    SINCE(32, "deviceAuthorizationUrl", TEXT),
};

/* strict: an unknown field is an error, because it is known to be meant for something that then goes unjudged. */
struct table {
	const struct rule *rule;
	size_t count;
	bool strict;
};
#define TABLE(rules)                                                                                                   \
	{                                                                                                              \
		rules, sizeof(rules) / sizeof *(rules), false                                                          \
	}

static const struct table tables[OAS_OBJECT_COUNT] = {
    [OAS_ROOT] = TABLE(root_rules),
    [OAS_INFO] = TABLE(info_rules),
    [OAS_CONTACT] = TABLE(contact_rules),
    [OAS_LICENSE] = TABLE(license_rules),
    [OAS_SERVER] = TABLE(server_rules),
    [OAS_SERVER_VARIABLE] = TABLE(server_variable_rules),
    [OAS_COMPONENTS] = TABLE(components_rules),
    [OAS_PATH_ITEM] = TABLE(path_item_rules),
    [OAS_OPERATION] = TABLE(operation_rules),
    [OAS_EXTERNAL_DOCS] = TABLE(external_docs_rules),
    [OAS_PARAMETER] = TABLE(parameter_rules),
    [OAS_HEADER] = TABLE(header_rules),
    [OAS_REQUEST_BODY] = TABLE(request_body_rules),
    [OAS_MEDIA_TYPE] = TABLE(media_type_rules),
    [OAS_ENCODING] = TABLE(encoding_rules),
    [OAS_RESPONSE] = TABLE(response_rules),
    [OAS_EXAMPLE] = TABLE(example_rules),
    [OAS_LINK] = {link_rules, sizeof link_rules / sizeof *link_rules, true},
    [OAS_TAG] = TABLE(tag_rules),
    [OAS_SECURITY_SCHEME] = TABLE(security_scheme_rules),
    [OAS_OAUTH_FLOWS] = TABLE(oauth_flows_rules),
    [OAS_OAUTH_FLOW] = TABLE(oauth_flow_rules),
};

static const char *const names[OAS_OBJECT_COUNT] = {
#define X(name, words) [OAS_##name] = words,
    OAS_OBJECTS(X)
#undef X
};

enum { MOST_RULES = 24 };

static void hint_nearest(const struct table *t, struct str name, unsigned version, struct diag *d)
{
	struct str words[MOST_RULES];
	size_t count = 0;
	for (size_t i = 0; i < t->count && count < MOST_RULES; i++)
		if (version >= t->rule[i].since && version <= t->rule[i].until)
			words[count++] = t->rule[i].name;
	struct str near = diag_nearest(name, words, count);
	if (near.len)
		diag_hint(d, "did you mean \"%.*s\"?", STR_ARG(near));
}

/* A method in capitals would leave a whole operation out. */
static bool looks_like_method(enum oas_object object, struct str key)
{
	static const struct str methods[] = {STR_INIT("get"),    STR_INIT("put"),     STR_INIT("post"),
					     STR_INIT("delete"), STR_INIT("options"), STR_INIT("head"),
					     STR_INIT("patch"),  STR_INIT("trace")};
	for (size_t i = 0; object == OAS_PATH_ITEM && i < sizeof methods / sizeof *methods; i++)
		if (str_eq_nocase(key, methods[i]))
			return true;
	return false;
}

static bool unknown_field(enum oas_object object, const struct node *key, unsigned version, bool later, struct diag *d)
{
	const struct table *t = &tables[object];
	bool bad = t->strict || looks_like_method(object, key->text);
	const char *elsewhere = later ? "; it is one in another version" : "";
	if (bad)
		diag_error(d, tree_place(key), "\"%.*s\" is no field of the %s in OpenAPI %u.%u%s", STR_ARG(key->text),
			   names[object], version / 10, version % 10, elsewhere);
	else
		diag_warn(d, tree_place(key), "\"%.*s\" is no field of the %s in OpenAPI %u.%u%s", STR_ARG(key->text),
			  names[object], version / 10, version % 10, elsewhere);
	if (!later)
		hint_nearest(t, key->text, version, d);
	return !bad;
}

/* A scalar where text should be is what YAML makes of `version: 1.0`: its text is what was meant. */
static bool wrong_kind(const struct rule *r, const struct node *n, enum oas_object object, struct diag *d)
{
	static const struct {
		uint8_t kinds;
		const char *words;
	} wanted[] = {
	    {TEXT, "a string"}, {FLAG, "true or false"}, {LIST, "a list"}, {MAP, "a mapping"}, {SCHEMA, "a schema"}};
	if (r->kinds == TEXT && n->kind <= NODE_NUMBER) {
		diag_warn(d, tree_place(n), "\"%.*s\" of the %s is a string; this is %s", STR_ARG(r->name),
			  names[object], tree_kind_name(n));
		return true;
	}
	const char *words = "a value";
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (wanted[i].kinds == r->kinds)
			words = wanted[i].words;
	return diag_error(d, tree_place(n), "\"%.*s\" of the %s is %s; this is %s", STR_ARG(r->name), names[object],
			  words, tree_kind_name(n));
}

static bool check_member(enum oas_object object, const struct member *m, unsigned version, struct diag *d)
{
	const struct table *t = &tables[object];
	bool later = false;
	for (size_t i = 0; i < t->count; i++) {
		const struct rule *r = &t->rule[i];
		if (!str_eq(r->name, m->key.text))
			continue;
		if (version >= r->since && version <= r->until)
			return r->kinds & 1u << m->value.kind || wrong_kind(r, &m->value, object, d);
		later = true;
	}
	return str_starts(m->key.text, STR("x-")) || unknown_field(object, &m->key, version, later, d);
}

bool oas_check(enum oas_object object, const struct node *n, unsigned version, struct diag *d)
{
	const struct table *t = &tables[object];
	bool good = true;
	if (n->kind != NODE_MAPPING)
		return diag_error(d, tree_place(n), "the %s is a mapping; this is %s", names[object],
				  tree_kind_name(n));
	for (uint32_t i = 0; i < n->count; i++)
		good &= check_member(object, &n->members[i], version, d);
	for (size_t i = 0; i < t->count; i++) {
		const struct rule *r = &t->rule[i];
		if (r->need == OPTIONAL || version < r->since || version > r->until || tree_get(n, r->name))
			continue;
		if (r->need == REQUIRED)
			good = diag_error(d, tree_place(n), "the %s needs \"%.*s\"", names[object], STR_ARG(r->name));
		else
			diag_warn(d, tree_place(n), "this %s has no \"%.*s\"", names[object], STR_ARG(r->name));
	}
	return good;
}
