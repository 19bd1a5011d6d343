// Dies on a null pointer two calls and one inlined call deep, under a real Crashpad handler that it starts at that moment, as Crashpad's
// own StartHandlerAtCrash does: shop HANDLER ARGUMENT…
//
// The handler reads this process through ptrace; it is told where the facts of the signal lie by --trace-parent-with-exception, the
// address of a packed { siginfo_t*, ucontext_t*, thread id } in this process.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

struct __attribute__((packed)) SignalFacts {
  uint64_t info;
  uint64_t context;
  int32_t thread;
};

SignalFacts facts;
char facts_argument[64];
std::vector<char*> handler_command;

void OnSignal(int, siginfo_t* info, void* context) {
  facts.info = reinterpret_cast<uint64_t>(info);
  facts.context = reinterpret_cast<uint64_t>(context);
  facts.thread = gettid();
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  pid_t handler = fork();
  if (handler == 0) {
    execv(handler_command[0], handler_command.data());
    _exit(127);
  }
  int status = 0;
  waitpid(handler, &status, 0);
  // The status of a test: the program did die where it should, and the handler was content.
  _exit(WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 70 : 71);
}

}  // namespace

namespace shop {

struct Item {
  const int* price;
  int count;
};

__attribute__((always_inline)) inline int PriceOf(const Item& item) {
  return *item.price * item.count;
}

class Cart {
 public:
  __attribute__((noinline)) int Total(const Item* items) {
    int first = PriceOf(items[0]);
    return first + items[1].count;
  }
};

__attribute__((noinline)) int Checkout(int argument_count) {
  int price = argument_count;
  Item items[] = {{nullptr, 2}, {&price, 1}};
  int total = Cart().Total(items);
  std::printf("%d\n", total);
  return total;
}

}  // namespace shop

int main(int argc, char** argv) {
  std::snprintf(facts_argument, sizeof facts_argument, "--trace-parent-with-exception=%p", static_cast<void*>(&facts));
  handler_command.assign(argv + 1, argv + argc);
  handler_command.push_back(facts_argument);
  handler_command.push_back(nullptr);
  struct sigaction action = {};
  action.sa_sigaction = OnSignal;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &action, nullptr);
  return shop::Checkout(argc) & 1;
}
