#include "proxy/admin/inside.h"

void page_home(struct visit *v)
{
	visit_text(v, 200, "vane\n");
}
