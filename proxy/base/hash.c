#include "proxy/base/hash.h"

#include "proxy/base/check.h"

#include <endian.h>
#include <pthread.h>
#include <sys/random.h>

struct sip {
	uint64_t a, b, c, d;
};

static uint64_t rotate(uint64_t x, int by)
{
	return (x << by) | (x >> (64 - by));
}

static void rounds(struct sip *s, int count)
{
	while (count--) {
		s->a += s->b, s->b = rotate(s->b, 13) ^ s->a, s->a = rotate(s->a, 32);
		s->c += s->d, s->d = rotate(s->d, 16) ^ s->c;
		s->a += s->d, s->d = rotate(s->d, 21) ^ s->a;
		s->c += s->b, s->b = rotate(s->b, 17) ^ s->c, s->c = rotate(s->c, 32);
	}
}

static uint64_t little_endian(const char *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof word);
	return le64toh(word);
}

static uint64_t little_endian_rest(const char *at, size_t count)
{
	uint64_t word = 0;
	for (size_t i = 0; i < count; i++)
		word |= (uint64_t)(unsigned char)at[i] << (8 * i);
	return word;
}

uint64_t hash_keyed(struct str s, const uint64_t key[2])
{
	struct sip v = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
			key[1] ^ 0x7465646279746573};
	size_t whole = s.len & ~(size_t)7;
	for (size_t i = 0; i < whole; i += 8) {
		uint64_t word = little_endian(s.at + i);
		v.d ^= word;
		rounds(&v, 2);
		v.a ^= word;
	}
	uint64_t last = (uint64_t)s.len << 56 | little_endian_rest(s.at + whole, s.len - whole);
	v.d ^= last;
	rounds(&v, 2);
	v.a ^= last;
	v.c ^= 0xff;
	rounds(&v, 4);
	return v.a ^ v.b ^ v.c ^ v.d;
}

static uint64_t process_key[2];

static void draw_key(void)
{
	CHECK(getrandom(process_key, sizeof process_key, 0) == (ssize_t)sizeof process_key);
}

uint64_t hash_local(struct str s)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, draw_key);
	return hash_keyed(s, process_key);
}
