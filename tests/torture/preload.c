/* Counts the calls of a process that change an index folder, and kills it at one of them.

   LD_PRELOAD puts these functions in front of the C library's. The environment tells what to do:

   TORTURE_FOLDER  the index folder; calls on other paths are left alone.
   TORTURE_REPORT  the file that gets "CALL PATH" at the kill, or "done COUNT" at a normal end.
   TORTURE_KILL    the number of the call at which the process ends; 0 for never.
   TORTURE_HALF    1 where a write that is the last call still writes its first half.
   TORTURE_SHADOW  a folder for copies, or nothing. For each file with writes that were not
                   flushed, it gets the bytes of the last flush in a file named by the inode. */

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

static void flushed(int descriptor) {
  struct stat state;
  char name[PATH_MAX];
  if (!*shadow || fstat(descriptor, &state)) return;
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
  if (changes && is_new && descriptor >= 0) keep(path, 1);
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
  if (mine && !result) flushed(file);                 \
  return result;

int fsync(int file) { FLUSHING(fsync) }
int fdatasync(int file) { FLUSHING(fdatasync) }

/* Names. */

#define NAMING(call, at, name)                        \
  char path[PATH_MAX];                                \
  if (resolve(at, name, path)) counts(call, path, 0);

int rename(const char *from, const char *to) {
  NAMING("rename", AT_FDCWD, to)
  return REAL(rename)(from, to);
}
int renameat(int at, const char *from, int at_to, const char *to) {
  NAMING("rename", at_to, to)
  return REAL(renameat)(at, from, at_to, to);
}
int link(const char *from, const char *to) {
  NAMING("link", AT_FDCWD, to)
  return REAL(link)(from, to);
}
int linkat(int at, const char *from, int at_to, const char *to, int flags) {
  NAMING("link", at_to, to)
  return REAL(linkat)(at, from, at_to, to, flags);
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
  return REAL(mkdir)(name, mode);
}
int rmdir(const char *name) {
  NAMING("rmdir", AT_FDCWD, name)
  return REAL(rmdir)(name);
}
