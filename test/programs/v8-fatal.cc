// An addon that ends its process as Electron's own test does: two extensions of V8 that need each other, and a context that wants them.
#include <node.h>

static void CrashWithFatalError(const v8::FunctionCallbackInfo<v8::Value> &info) {
  static const char *needs_second[] = {"second"};
  static const char *needs_first[] = {"first"};
  v8::RegisterExtension(std::make_unique<v8::Extension>("first", "", 1, needs_second));
  v8::RegisterExtension(std::make_unique<v8::Extension>("second", "", 1, needs_first));
  v8::ExtensionConfiguration extensions(1, needs_first);
  v8::Context::New(info.GetIsolate(), &extensions);
}

NODE_MODULE_INIT() {
  (void)module;
  NODE_SET_METHOD(exports.As<v8::Object>(), "fail", CrashWithFatalError);
  (void)context;
}
