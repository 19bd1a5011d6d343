#include <stdlib.h>
#include <string.h>
static inline __attribute__((always_inline)) int deep3(int x) { return x % 7; }
static inline __attribute__((always_inline)) int deep2(int x) { return deep3(x) +
   deep3(x + 1); }
static __attribute__((noinline)) int cold_path(int x) { if (x > 1000) abort(); return x; }
int c_part(int n) {
  char *p = malloc(n + 16);
  memset(p, n, n + 16);
  int r = 0;
  for (int i = 0; i < n; i++) {
    r += deep2(p[i]);
    if (__builtin_expect(r > 100000, 0)) r = cold_path(r);
  }
  free(p);
  switch (r) { case 1: return 5; case 2: return 9; case 3: return 100; case 4: return 7; case 5: return 1; default: return r; }
}
