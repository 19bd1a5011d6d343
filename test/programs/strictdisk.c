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
#include <pthread.h>
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

static int rename_really(const char* from, const char* to) {
  int (*real)(const char*, const char*) = (int (*)(const char*, const char*))dlsym(RTLD_NEXT, "rename");
  if (real == NULL) give_up("rename");
  return real(from, to);
}

static void key_of(const struct statx* found, char* key) {
  long long birth = found->stx_btime.tv_sec * 1000000000LL + found->stx_btime.tv_nsec;
  snprintf(key, key_length, "%llu-%lld", (unsigned long long)found->stx_ino, birth);
}

static int look(int folder, const char* name, int flags, struct statx* found) {
  return statx(folder, name, flags | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, found);
}

/*
 * Only what differs is written: a segment of the spool has 64 MiB, of which an append changes little. A process that is killed meanwhile
 * leaves a part of bytes that it had not synced yet, as a disk may.
 */
static void note_file(const char* shadow, const char* key, const char* path) {
  char whole[PATH_MAX], now[chunk_bytes], before[chunk_bytes];
  snprintf(whole, sizeof whole, "%s/files/%s", shadow, key);
  int file = open(path, O_RDONLY);
  int note = open(whole, O_RDWR | O_CREAT, 0600);
  if (file < 0 || note < 0) give_up(whole);
  off_t offset = 0;
  ssize_t length;
  while ((length = pread(file, now, sizeof now, offset)) > 0) {
    ssize_t known = pread(note, before, (size_t)length, offset);
    if (known != length || memcmp(now, before, (size_t)length) != 0) {
      if (pwrite(note, now, (size_t)length, offset) != length) give_up(whole);
    }
    offset += length;
  }
  if (length < 0 || ftruncate(note, offset) != 0) give_up(whole);
  close(note);
  close(file);
}

struct moved {
  char from[key_length], to[key_length], child[key_length], name[NAME_MAX + 1];
};

/* Renames whose old folder was not synced since; under the lock, as are all notes of folders. */
static struct moved moves[4096];
static int move_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Written beside its place and renamed, so that no note of a folder is half there when the process is killed. */
static void end_note(FILE* note, const char* partial, const char* whole) {
  if (fclose(note) != 0 || rename_really(partial, whole) != 0) give_up(whole);
}

static FILE* begin_note(const char* shadow, const char* key, char* partial, char* whole) {
  snprintf(whole, PATH_MAX, "%s/folders/%s", shadow, key);
  snprintf(partial, PATH_MAX, "%s/partial/%s", shadow, key);
  FILE* note = fopen(partial, "w");
  if (note == NULL) give_up(partial);
  return note;
}

static void add_name(const char* shadow, const struct moved* move) {
  char partial[PATH_MAX], whole[PATH_MAX];
  FILE* note = begin_note(shadow, move->to, partial, whole);
  FILE* known = fopen(whole, "r");
  int c;
  while (known != NULL && (c = getc(known)) != EOF) putc(c, note);
  if (known != NULL) fclose(known);
  fprintf(note, "f %s %s\n", move->child, move->name);
  end_note(note, partial, whole);
}

static void note_folder(const char* shadow, const char* key, const char* path) {
  char partial[PATH_MAX], whole[PATH_MAX], child[key_length], target[PATH_MAX];
  DIR* folder = opendir(path);
  if (folder == NULL) give_up(path);
  FILE* note = begin_note(shadow, key, partial, whole);
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
  int kept = 0;
  for (int i = 0; i < move_count; i++) {
    if (strcmp(moves[i].to, key) == 0) continue;
    if (strcmp(moves[i].from, key) == 0) add_name(shadow, &moves[i]);
    else moves[kept++] = moves[i];
  }
  move_count = kept;
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
  if (S_ISDIR(found.stx_mode)) {
    pthread_mutex_lock(&lock);
    note_folder(shadow, key, link);
    pthread_mutex_unlock(&lock);
  } else note_file(shadow, key, link);
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

static int folder_key(const char* path, char* key) {
  char folder[PATH_MAX];
  struct statx found;
  snprintf(folder, sizeof folder, "%s", path);
  char* end = strrchr(folder, '/');
  if (end == NULL) return 0;
  *end = 0;
  if (look(AT_FDCWD, folder, 0, &found) != 0) return 0;
  key_of(&found, key);
  return 1;
}

int rename(const char* from, const char* to) {
  struct moved move;
  struct statx found;
  int known = folder_key(from, move.from) && folder_key(to, move.to) && look(AT_FDCWD, from, 0, &found) == 0 && S_ISREG(found.stx_mode);
  pthread_mutex_lock(&lock);
  int result = rename_really(from, to);
  if (result == 0 && known && strcmp(move.from, move.to) != 0) {
    if (move_count == sizeof moves / sizeof moves[0]) give_up("too many renames");
    key_of(&found, move.child);
    snprintf(move.name, sizeof move.name, "%s", strrchr(to, '/') + 1);
    moves[move_count++] = move;
  }
  pthread_mutex_unlock(&lock);
  return result;
}
