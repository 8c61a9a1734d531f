/* rooms: contract */
/* The first byte chooses a list of codings, the rest is the body. No result is larger than the cap. */
#include "filters/contract/coding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const lists[] = {"gzip",     "deflate", "br", "gzip, br", "br, deflate, gzip",
					    "identity", "zstd"};
	static struct coding_scratch *scratch;
	struct str out;
	if (!size)
		return 0;
	if (!scratch)
		scratch = coding_scratch_new();
	size_t cap = (size_t)1 << (data[0] >> 3);
	if (cap > 4 << 20)
		cap = 4 << 20;
	struct str body = str_of((const char *)data + 1, size - 1);
	enum coding_result r = coding_decode(scratch, str_from(lists[(data[0] & 7) % 7]), body, cap, &out);
	CHECK(r != CODING_OK || out.len <= cap || size == 1);
	coding_scratch_trim(scratch, 1 << 16);
	return 0;
}
