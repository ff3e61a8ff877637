/* Counts the calls of a process that change an index folder, and kills it at one of them.

   LD_PRELOAD puts these functions in front of the C library's. The environment tells what to do:

   TORTURE_FOLDER  the index folder; calls on other paths are left alone.
   TORTURE_REPORT  the file that gets "CALL PATH" at the kill, or "done COUNT" at a normal end.
   TORTURE_KILL    the number of the call at which the process ends; 0 for never.
   TORTURE_HALF    1 where a write that is the last call still writes its first half.
   TORTURE_SHADOW  a folder for copies, or nothing. For each file with writes that were not
                   flushed, it gets the bytes of the last flush in a file named by the inode.
                   Its file "names" gets a line for each new name and each folder that was flushed:
                   "new PATH", "folder PATH", "moved NUMBER FROM TO" or "flushed FOLDER", with tabs
                   between. Where a move replaced a file, that file is "replaced-NUMBER". */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))

static char folder[PATH_MAX], report[PATH_MAX], shadow[PATH_MAX];
static long kill_at, calls;
static int half;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static void take(char *to, const char *name) {
  const char *value = getenv(name);
  snprintf(to, PATH_MAX, "%s", value ? value : "");
}

__attribute__((constructor)) static void begin(void) {
  take(folder, "TORTURE_FOLDER");
  take(report, "TORTURE_REPORT");
  take(shadow, "TORTURE_SHADOW");
  kill_at = getenv("TORTURE_KILL") ? atol(getenv("TORTURE_KILL")) : 0;
  half = getenv("TORTURE_HALF") && *getenv("TORTURE_HALF") == '1';
  unsetenv("LD_PRELOAD"); /* The processes that read files change nothing in the folder. */
}

static void tell(const char *text) {
  int file = REAL(open64)(report, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file >= 0) {
    ssize_t written = REAL(write)(file, text, strlen(text));
    (void)written;
    close(file);
  }
}

__attribute__((destructor)) static void end(void) {
  char text[64];
  snprintf(text, sizeof text, "done %ld\n", calls);
  if (*folder) tell(text);
}

static int inside(const char *path) {
  size_t length = strlen(folder);
  return length && !strncmp(path, folder, length) && (!path[length] || path[length] == '/');
}

static int path_of(int descriptor, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  path[length < 0 ? 0 : length] = 0;
  return length > 0 && inside(path);
}

/* The absolute path of `name`, which may be relative to the folder `at`; 1 where it counts. */
static int resolve(int at, const char *name, char *path) {
  if (name[0] == '/') {
    snprintf(path, PATH_MAX, "%s", name);
    return inside(path);
  }
  if (at == AT_FDCWD) return 0;
  if (!path_of(at, path)) return 0;
  size_t length = strlen(path);
  snprintf(path + length, PATH_MAX - length, "/%s", name);
  return 1;
}

/* Count a call, and end the process where it is the one; 1 where half of a write comes first. */
static int counts(const char *call, const char *path, int can_halve) {
  long number = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
  if (number != kill_at) return 0;
  char text[PATH_MAX + 64];
  snprintf(text, sizeof text, "%s %s\n", call, path);
  tell(text);
  if (can_halve && half) return 1;
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static void shadow_name(const struct stat *state, char *name) {
  snprintf(name, PATH_MAX, "%.4000s/%lu", shadow, (unsigned long)state->st_ino);
}

/* Keep the bytes of a file as they are now, unless those of the last flush are kept already. */
static void keep(const char *path, int is_new) {
  struct stat state;
  char name[PATH_MAX], block[65536];
  if (!*shadow || stat(path, &state) || !S_ISREG(state.st_mode)) return;
  pthread_mutex_lock(&turn);
  shadow_name(&state, name);
  /* A new file may have the inode of one that is gone. */
  if (is_new || access(name, F_OK)) {
    int from = is_new ? -1 : REAL(open64)(path, O_RDONLY);
    int to = REAL(open64)(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t length;
    while (from >= 0 && (length = read(from, block, sizeof block)) > 0)
      if (REAL(write)(to, block, length) != length) abort();
    if (from >= 0) close(from);
    close(to);
  }
  pthread_mutex_unlock(&turn);
}

/* Note a new name, or a folder whose names are on the disk now. */
static void note(const char *line) {
  char name[PATH_MAX];
  if (!*shadow) return;
  pthread_mutex_lock(&turn);
  snprintf(name, sizeof name, "%.4000s/names", shadow);
  int file = REAL(open64)(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (REAL(write)(file, line, strlen(line)) < 0) abort();
  close(file);
  pthread_mutex_unlock(&turn);
}

static void named(const char *kind, const char *path) {
  char line[PATH_MAX + 64];
  snprintf(line, sizeof line, "%s\t%s\n", kind, path);
  note(line);
}

/* Note a move before it is done; the file that it replaces keeps a name in the shadow. */
static void moving(int at, const char *from, const char *to) {
  static long moves;
  char old[PATH_MAX], kept[PATH_MAX], line[2 * PATH_MAX + 64];
  if (!*shadow || !*to || !resolve(at, from, old)) return;
  long number = __atomic_add_fetch(&moves, 1, __ATOMIC_SEQ_CST);
  snprintf(kept, sizeof kept, "%.4000s/replaced-%ld", shadow, number);
  REAL(link)(to, kept);
  snprintf(line, sizeof line, "moved\t%ld\t%s\t%s\n", number, old, to);
  note(line);
}

static void flushed(int descriptor, const char *path) {
  struct stat state;
  char name[PATH_MAX];
  if (!*shadow || fstat(descriptor, &state)) return;
  if (S_ISDIR(state.st_mode)) {
    named("flushed", path);
    return;
  }
  pthread_mutex_lock(&turn);
  shadow_name(&state, name);
  REAL(unlink)(name);
  pthread_mutex_unlock(&turn);
}

/* Opening. */

static int opened(int at, const char *name, int flags, mode_t mode) {
  char path[PATH_MAX];
  int changes = (flags & (O_CREAT | O_TRUNC)) && resolve(at, name, path);
  int is_new = 0;
  if (changes) {
    is_new = access(path, F_OK) != 0;
    if (is_new || (flags & O_TRUNC)) counts("open", path, 0);
    if (!is_new && (flags & O_TRUNC)) keep(path, 0);
  }
  int descriptor = REAL(openat64)(at, name, flags, mode);
  if (changes && is_new && descriptor >= 0) {
    keep(path, 1);
    named("new", path);
  }
  return descriptor;
}

#define MODE(flags)                                   \
  mode_t mode = 0;                                    \
  if ((flags) & (O_CREAT | __O_TMPFILE)) {            \
    va_list rest;                                     \
    va_start(rest, flags);                            \
    mode = va_arg(rest, mode_t);                      \
    va_end(rest);                                     \
  }

int open(const char *name, int flags, ...) { MODE(flags) return opened(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE(flags) return opened(AT_FDCWD, name, flags, mode); }
int openat(int at, const char *name, int flags, ...) { MODE(flags) return opened(at, name, flags, mode); }
int openat64(int at, const char *name, int flags, ...) { MODE(flags) return opened(at, name, flags, mode); }

/* Writing. */

#define WRITING(call, first_half, whole)              \
  char path[PATH_MAX];                                \
  if (path_of(file, path)) {                          \
    keep(path, 0);                                    \
    if (counts(call, path, 1)) {                      \
      ssize_t length = first_half;                    \
      (void)length;                                   \
      kill(getpid(), SIGKILL);                        \
      for (;;) pause();                               \
    }                                                 \
  }                                                   \
  return whole;

ssize_t write(int file, const void *data, size_t size) {
  WRITING("write", REAL(write)(file, data, size / 2), REAL(write)(file, data, size))
}
ssize_t pwrite(int file, const void *data, size_t size, off_t at) {
  WRITING("pwrite", REAL(pwrite)(file, data, size / 2, at), REAL(pwrite)(file, data, size, at))
}
ssize_t pwrite64(int file, const void *data, size_t size, off64_t at) {
  WRITING("pwrite", REAL(pwrite64)(file, data, size / 2, at), REAL(pwrite64)(file, data, size, at))
}
ssize_t writev(int file, const struct iovec *parts, int count) {
  WRITING("writev", REAL(writev)(file, parts, count / 2), REAL(writev)(file, parts, count))
}
int ftruncate(int file, off_t size) { WRITING("ftruncate", 0, REAL(ftruncate)(file, size)) }
int ftruncate64(int file, off64_t size) { WRITING("ftruncate", 0, REAL(ftruncate64)(file, size)) }

/* Flushing: what was written counts as lost until the call has returned. */

#define FLUSHING(name)                                \
  char path[PATH_MAX];                                \
  int mine = path_of(file, path);                     \
  if (mine) counts(#name, path, 0);                   \
  int result = REAL(name)(file);                      \
  if (mine && !result) flushed(file, path);                 \
  return result;

int fsync(int file) { FLUSHING(fsync) }
int fdatasync(int file) { FLUSHING(fdatasync) }

/* Names. */

#define NAMING(call, at, name)                        \
  char path[PATH_MAX] = "";                           \
  if (resolve(at, name, path)) counts(call, path, 0); \
  else path[0] = 0;

int rename(const char *from, const char *to) {
  NAMING("rename", AT_FDCWD, to)
  moving(AT_FDCWD, from, path);
  return REAL(rename)(from, to);
}
int renameat(int at, const char *from, int at_to, const char *to) {
  NAMING("rename", at_to, to)
  moving(at, from, path);
  return REAL(renameat)(at, from, at_to, to);
}
int link(const char *from, const char *to) {
  NAMING("link", AT_FDCWD, to)
  int result = REAL(link)(from, to);
  if (!result && inside(path)) named("new", path);
  return result;
}
int linkat(int at, const char *from, int at_to, const char *to, int flags) {
  NAMING("link", at_to, to)
  int result = REAL(linkat)(at, from, at_to, to, flags);
  if (!result && inside(path)) named("new", path);
  return result;
}
int unlink(const char *name) {
  NAMING("unlink", AT_FDCWD, name)
  return REAL(unlink)(name);
}
int unlinkat(int at, const char *name, int flags) {
  NAMING("unlink", at, name)
  return REAL(unlinkat)(at, name, flags);
}
int mkdir(const char *name, mode_t mode) {
  NAMING("mkdir", AT_FDCWD, name)
  int result = REAL(mkdir)(name, mode);
  /* The name of the folder itself lies in a folder that is no part of this. */
  if (!result && inside(path) && strcmp(path, folder)) named("folder", path);
  return result;
}
int rmdir(const char *name) {
  NAMING("rmdir", AT_FDCWD, name)
  return REAL(rmdir)(name);
}
