/*
 * A library for LD_PRELOAD that notes what POSIX calls durable below STRICT_DISK_ROOT, and nothing beyond: at each fsync or fdatasync of a file
 * its bytes, at each fsync of a folder the names in it. From the notes in STRICT_DISK_SHADOW a test builds what the strictest of disks would
 * hold after a power cut, where no file system's journal makes good for a sync that was forgotten.
 *
 *     SHADOW/files/KEY     bytes of a file at its last sync
 *     SHADOW/folders/KEY   lines "d KEY NAME", "f KEY NAME", "l TARGET NAME": folder, file, symbolic link
 *
 * KEY is "INODE-BIRTH" with the time of birth in nanoseconds, because inodes are used again.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { key_length = 64, chunk_bytes = 1 << 16 };

static _Noreturn void give_up(const char* what) {
  /* A test must not go on with notes that are not whole. */
  perror(what);
  abort();
}

static void key_of(const struct statx* found, char* key) {
  long long birth = found->stx_btime.tv_sec * 1000000000LL + found->stx_btime.tv_nsec;
  snprintf(key, key_length, "%llu-%lld", (unsigned long long)found->stx_ino, birth);
}

static int look(int folder, const char* name, int flags, struct statx* found) {
  return statx(folder, name, flags | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, found);
}

/* A note is written beside its place and renamed, so that none is half there when the process is killed. */
static FILE* begin_note(const char* shadow, const char* kind, const char* key, char* partial, char* whole) {
  snprintf(whole, PATH_MAX, "%s/%s/%s", shadow, kind, key);
  snprintf(partial, PATH_MAX, "%s/partial/%s.%d", shadow, key, gettid());
  FILE* note = fopen(partial, "w");
  if (note == NULL) give_up(partial);
  return note;
}

static void end_note(FILE* note, const char* partial, const char* whole) {
  if (fclose(note) != 0 || rename(partial, whole) != 0) give_up(whole);
}

static void note_file(const char* shadow, const char* key, const char* path) {
  char partial[PATH_MAX], whole[PATH_MAX];
  char chunk[chunk_bytes];
  int file = open(path, O_RDONLY);
  if (file < 0) give_up(path);
  FILE* note = begin_note(shadow, "files", key, partial, whole);
  ssize_t length;
  while ((length = read(file, chunk, sizeof chunk)) > 0) {
    if (fwrite(chunk, 1, (size_t)length, note) != (size_t)length) give_up(partial);
  }
  if (length < 0) give_up(path);
  close(file);
  end_note(note, partial, whole);
}

static void note_folder(const char* shadow, const char* key, const char* path) {
  char partial[PATH_MAX], whole[PATH_MAX], child[key_length], target[PATH_MAX];
  DIR* folder = opendir(path);
  if (folder == NULL) give_up(path);
  FILE* note = begin_note(shadow, "folders", key, partial, whole);
  const struct dirent* entry;
  while ((entry = readdir(folder)) != NULL) {
    struct statx found;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    /* Gone again while this looks: then it need not be durable. */
    if (look(dirfd(folder), entry->d_name, 0, &found) != 0) continue;
    key_of(&found, child);
    if (S_ISDIR(found.stx_mode)) fprintf(note, "d %s %s\n", child, entry->d_name);
    if (S_ISREG(found.stx_mode)) fprintf(note, "f %s %s\n", child, entry->d_name);
    if (S_ISLNK(found.stx_mode)) {
      ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
      if (length < 0) continue;
      target[length] = 0;
      fprintf(note, "l %s %s\n", target, entry->d_name);
    }
  }
  closedir(folder);
  end_note(note, partial, whole);
}

static void note(int fd) {
  const char* root = getenv("STRICT_DISK_ROOT");
  const char* shadow = getenv("STRICT_DISK_SHADOW");
  char link[64], path[PATH_MAX], key[key_length];
  if (root == NULL || shadow == NULL) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  size_t prefix = strlen(root);
  if (strncmp(path, root, prefix) != 0 || (path[prefix] != '/' && path[prefix] != 0)) return;
  struct statx found;
  if (look(fd, "", AT_EMPTY_PATH, &found) != 0) give_up(path);
  key_of(&found, key);
  if (S_ISDIR(found.stx_mode)) note_folder(shadow, key, link);
  else note_file(shadow, key, link);
}

static int sync_by(const char* name, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  if (real == NULL) give_up(name);
  note(fd);
  return real(fd);
}

int fsync(int fd) {
  return sync_by("fsync", fd);
}

int fdatasync(int fd) {
  return sync_by("fdatasync", fd);
}
