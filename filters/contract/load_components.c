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
	(void)load_example(l, h);
}

static void path_part(struct loader *l, struct here h)
{
	static const struct path_names none = {NULL, 0};
	load_path_item(l, h, STR(""), UINT32_MAX, &none);
}

/* Their names are no media types: those are said where they are referred to. */
static void media_part(struct loader *l, struct here h)
{
	(void)load_media(l, h, STR("*/*"), ARENA_NEW(&l->c->arena, struct media));
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
	    {STR_INIT("pathItems"), path_part},         {STR_INIT("mediaTypes"), media_part},
	};
	if (!components.node || !oas_check(OAS_COMPONENTS, components.node, l->version, l->d))
		return;
	l->passive++;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		load_each(l, components, parts[i].key, parts[i].each);
	struct here headers = load_child(l, components, STR("headers"));
	(void)load_headers(l, headers, true);
	l->passive--;
}
