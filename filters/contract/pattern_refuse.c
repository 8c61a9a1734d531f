#include "filters/contract/pattern_refuse.h"

#include <stdarg.h>
#include <stdio.h>

bool pattern_refuse(struct pattern_error *err, size_t offset, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(err->message, sizeof err->message, format, args);
	va_end(args);
	err->offset = offset;
	return false;
}
