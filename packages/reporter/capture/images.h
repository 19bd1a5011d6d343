// ELF images in memory: what names them (build id, soname) may be gone from the disk when the handler looks.
#ifndef CRASHKEEP_IMAGES_H
#define CRASHKEEP_IMAGES_H

#include "capture-file.h"
#include "mappings.h"

void write_images(struct capture_file *file, const struct mappings *mappings);

#endif
