#include "filters/contract/load.h"

static void schema_part(struct loader *l, struct here h)
{
	struct judged unused;
	load_schema(l, h, &unused);
}

static void parameter_part(struct loader *l, struct here h)
{
	(void)load_parameter(l, h);
}

static void response_part(struct loader *l, struct here h)
{
	(void)load_response(l, h);
}

static void body_part(struct loader *l, struct here h)
{
	bool required;
	(void)load_request_body(l, h, &required);
}

static void example_part(struct loader *l, struct here h)
{
	h = load_follow(l, h);
	if (h.node && oas_check(OAS_EXAMPLE, h.node, l->version, l->d) && tree_get(h.node, STR("value")) &&
	    tree_get(h.node, STR("externalValue")))
		diag_error(l->d, tree_place(h.node), "\"value\" and \"externalValue\" exclude each other");
}

static void path_part(struct loader *l, struct here h)
{
	static const struct path_names none = {NULL, 0};
	load_path_item(l, h, STR(""), UINT32_MAX, &none);
}

/* Maps whose names are fields of their own are read as one: headers, media types. */
static void media_map(struct loader *l, struct here map)
{
	struct content unused;
	if (map.node)
		load_content(l, map, &unused);
}

void load_components(struct loader *l, struct here components)
{
	static const struct {
		struct str key;
		void (*each)(struct loader *, struct here);
	} parts[] = {
	    {STR_INIT("schemas"), schema_part},         {STR_INIT("parameters"), parameter_part},
	    {STR_INIT("responses"), response_part},     {STR_INIT("requestBodies"), body_part},
	    {STR_INIT("examples"), example_part},       {STR_INIT("links"), load_link},
	    {STR_INIT("securitySchemes"), load_scheme}, {STR_INIT("callbacks"), load_callback},
	    {STR_INIT("pathItems"), path_part},
	};
	if (!components.node || !oas_check(OAS_COMPONENTS, components.node, l->version, l->d))
		return;
	l->passive++;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		load_each(l, components, parts[i].key, parts[i].each);
	struct here headers = load_child(l, components, STR("headers"));
	(void)load_headers(l, headers, true);
	media_map(l, load_child(l, components, STR("mediaTypes")));
	l->passive--;
}
