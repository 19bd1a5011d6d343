// Dies on a null pointer below functions of every kind that a stack is hard to walk through; no function keeps its frame pointer where the compiler is told so.
#include <alloca.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <functional>
#include <vector>

#define KEPT __attribute__((noinline))
#define INLINED __attribute__((always_inline)) inline

namespace cliff {

volatile int depth;
volatile int *nowhere;

struct Rope {
  virtual ~Rope() = default;
  virtual int Pull(int strength) = 0;
};

template <typename Fibre>
INLINED int Tear(Fibre fibre) {
  return *nowhere ^ fibre;
}

INLINED int Fray(int strength) {
  int torn = Tear(strength + 1);
  return torn + 1;
}

// The end: two inlined calls deep.
KEPT int Fall(int strength) {
  int frayed = Fray(strength * 2);
  return frayed ^ depth;
}

// Nothing stands behind its call.
[[noreturn]] KEPT void Over(int strength) {
  Fall(strength);
  abort();
}

// Its stack grows while it runs.
KEPT int Edge(int strength) {
  char *room = static_cast<char *>(alloca(64 + strength * 16));
  memset(room, strength, 64);
  if (strength > 0) Over(room[3]);
  return room[5] + depth;
}

// Its stack is aligned anew.
KEPT int Ledge(int strength) {
  alignas(64) volatile char room[128];
  room[strength & 127] = 1;
  int edge = Edge(strength + room[strength & 127]);
  return edge + room[7];
}

struct Hemp final : Rope {
  int length = 3;
  KEPT int Pull(int strength) override {
    if (depth++ < length) return Pull(strength + depth) + 1;
    return Ledge(strength) + length;
  }
};

KEPT int Climb(Rope &rope, int strength) {
  std::function<int(int)> hold = [&rope, strength](int more) {
    int pulled = rope.Pull(strength + more);
    return pulled + 2;
  };
  return hold(depth) + 1;
}

// Called by the C library, which has frames of its own.
int Compare(const void *left, const void *right) {
  Hemp hemp;
  int climbed = Climb(hemp, *static_cast<const int *>(left));
  return climbed - *static_cast<const int *>(right);
}

KEPT int Sort() {
  std::vector<int> heights{3, 2, 1};
  qsort(heights.data(), heights.size(), sizeof(int), Compare);
  return heights[0];
}

// Called over the frame that the kernel makes.
void OnSignal(int) {
  int sorted = Sort();
  depth = sorted;
}

KEPT int Shout() {
  signal(SIGUSR1, OnSignal);
  raise(SIGUSR1);
  return depth;
}

}  // namespace cliff

int main(int count, char **) {
  int shouted = count > 1 ? cliff::Shout() : cliff::Sort();
  return shouted;
}
