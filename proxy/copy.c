#include "proxy/copy.h"

struct str copy_result_word(enum copy_result r)
{
	static const struct str words[] = {
#define X(name, word) STR_INIT(word),
	    COPY_RESULTS(X)
#undef X
	};
	return words[r];
}
