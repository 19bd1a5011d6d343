#include "mappings.h"

#include <errno.h>
#include <fcntl.h>

enum field { START, END, PROTECTION, OFFSET, DEVICE, INODE, NAME };

// A reader of one line after another that keeps its place between chunks.
struct line_parser {
  enum field field;
  uint32_t column;  // within the field
  struct mapping line;
  char name[6];
};

static int hexadecimal(unsigned char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  return -1;
}

static int is_vdso(const char *name) {
  return name[0] == '[' && name[1] == 'v' && name[2] == 'd' && name[3] == 's' && name[4] == 'o';
}

static void end_line(struct line_parser *parser, struct mappings *mappings) {
  if (parser->field >= INODE && mappings->count < mappings->capacity) {
    parser->line.is_file = parser->name[0] == '/' || is_vdso(parser->name);
    mappings->entries[mappings->count++] = parser->line;
  }
  clear_bytes(parser, sizeof *parser);
}

static void next_field(struct line_parser *parser) {
  parser->field++;
  parser->column = 0;
}

static void parse_letter(struct line_parser *parser, unsigned char letter) {
  int digit = hexadecimal(letter);
  switch (parser->field) {
    case START:
      if (letter == '-') next_field(parser);
      else if (digit >= 0) parser->line.start = parser->line.start * 16 + (uint64_t)digit;
      break;
    case END:
      if (letter == ' ') next_field(parser);
      else if (digit >= 0) parser->line.end = parser->line.end * 16 + (uint64_t)digit;
      break;
    case PROTECTION:
      if (letter == ' ') next_field(parser);
      else if (parser->column++ == 0) parser->line.is_readable = letter == 'r';
      break;
    case OFFSET:
      if (letter == ' ') next_field(parser);
      else if (digit >= 0) parser->line.offset = parser->line.offset * 16 + (uint64_t)digit;
      break;
    case DEVICE:
    case INODE:
      if (letter == ' ') next_field(parser);
      break;
    case NAME:
      if (letter == ' ' && parser->column == 0) break;
      if (parser->column < sizeof parser->name - 1) parser->name[parser->column++] = (char)letter;
      break;
  }
}

void read_mappings(struct mappings *mappings, struct capture_file *file, const char *path, unsigned char *chunk, uint32_t capacity) {
  mappings->count = 0;
  long source = CALL4(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (source < 0) {
    file_problem(file, path, source);
    return;
  }
  struct line_parser parser;
  clear_bytes(&parser, sizeof parser);
  for (;;) {
    long count = CALL3(read, source, chunk, capacity);
    if (count == -EINTR) continue;
    if (count <= 0) break;
    for (long i = 0; i < count; i++) {
      if (chunk[i] == '\n') end_line(&parser, mappings);
      else parse_letter(&parser, chunk[i]);
    }
    file_record(file, RECORD_MAPS, 0, 0, chunk, (uint64_t)count);
  }
  CALL1(close, source);
}

const struct mapping *mapping_at_or_after(const struct mappings *mappings, uint64_t address) {
  uint32_t low = 0;
  uint32_t high = mappings->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (mappings->entries[middle].end <= address) low = middle + 1;
    else high = middle;
  }
  return low < mappings->count ? &mappings->entries[low] : 0;
}
