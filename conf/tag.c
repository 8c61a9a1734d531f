#include "conf/tag.h"

enum tag tag_of(const char *uri)
{
	static const struct {
		struct str uri;
		enum tag tag;
	} known[] = {{STR_INIT("!"), TAG_STR},
		     {STR_INIT("tag:yaml.org,2002:str"), TAG_STR},
		     {STR_INIT("tag:yaml.org,2002:null"), TAG_NULL},
		     {STR_INIT("tag:yaml.org,2002:bool"), TAG_BOOL},
		     {STR_INIT("tag:yaml.org,2002:int"), TAG_INT},
		     {STR_INIT("tag:yaml.org,2002:float"), TAG_FLOAT},
		     {STR_INIT("tag:yaml.org,2002:map"), TAG_MAP},
		     {STR_INIT("tag:yaml.org,2002:seq"), TAG_SEQ}};
	if (!uri)
		return TAG_NONE;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(str_from(uri), known[i].uri))
			return known[i].tag;
	return TAG_OTHER;
}

bool tag_fits(enum tag tag, const struct node *n)
{
	bool fraction =
	    n->kind == NODE_NUMBER && (str_find(n->text, '.') < n->text.len || str_find(n->text, 'e') < n->text.len ||
				       str_find(n->text, 'E') < n->text.len);
	switch (tag) {
	case TAG_NULL:
		return n->kind == NODE_NULL;
	case TAG_BOOL:
		return n->kind == NODE_BOOL;
	case TAG_INT:
		return n->kind == NODE_NUMBER && !fraction;
	case TAG_FLOAT:
		return n->kind == NODE_NUMBER;
	default:
		return false;
	}
}
