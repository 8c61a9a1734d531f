/* Comma-separated lists of message.h (RFC 9110, 5.6.1). */
#include "proxy/http/message.h"

/* Length of the element that `s` begins with: up to a comma outside of quotes. A quote that never ends takes the rest.
 */
static size_t element_len(struct str s)
{
	bool quoted = false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '"')
			quoted = !quoted;
		else if (quoted && s.at[i] == '\\')
			i++;
		else if (!quoted && s.at[i] == ',')
			return i;
	}
	return s.len;
}

bool list_next(struct str *rest, struct str *element)
{
	while (rest->len) {
		size_t len = element_len(*rest);
		*element = str_trim(str_head(*rest, len));
		*rest = str_skip(*rest, len < rest->len ? len + 1 : len);
		if (element->len)
			return true;
	}
	return false;
}

bool message_list_next(struct message_list *list, struct str *element)
{
	const struct message *m = list->m;
	while (!list_next(&list->rest, element)) {
		if (list->next == 0)
			list->next = m->known[list->id] ? (size_t)m->known[list->id] - 1 : m->count;
		while (list->next < m->count && message_id(m, list->next) != list->id)
			list->next++;
		if (list->next >= m->count)
			return false;
		list->rest = m->fields[list->next++].value;
	}
	return true;
}

bool message_list_has(const struct message *m, enum known id, struct str token)
{
	struct message_list list = {.m = m, .id = id};
	struct str element;
	while (message_list_next(&list, &element))
		if (str_eq_nocase(element, token))
			return true;
	return false;
}

struct str message_upgrade(const struct message *m)
{
	struct message_list list = {.m = m, .id = KNOWN_UPGRADE};
	struct str protocol;
	while (m->upgrade && message_list_next(&list, &protocol))
		if (!str_eq_nocase(protocol, STR("h2c")))
			return protocol;
	return (struct str){NULL, 0};
}
