import type { RuleList } from './rule-list.ts'

export const node: RuleList = {
  name: 'Node.js',
  irrelevant: [
    'node::(?:Abort|Assert|OnFatalError|FatalError|OOMErrorHandler|FatalException|TriggerUncaughtException|DumpBacktrace|DumpNativeBacktrace|AppendExceptionLine)$',
    'node::(?:errors::)?TriggerUncaughtException$',
    'napi_fatal_error$',
    'napi_fatal_exception$',
    'uv__?(?:fatal_error|abort)$',
  ],
  prefix: [
    'node::(?:InternalMakeCallback|MakeCallback|InternalCallbackScope::|CallbackScope::|AsyncWrap::MakeCallback|SpinEventLoop.*)',
    'node::(?:Malloc|Calloc|Realloc|UncheckedMalloc|UncheckedRealloc|MallocedBuffer.*|BaseObjectPtrImpl.*)',
    // Node-API and nan only pass a call on to the add-on, which stands below.
    'v8impl::',
    'napi_',
    'Napi::',
    'Nan::',
    'uv_(?:mutex|rwlock|sem|cond|barrier)_',
    'uv_run$',
    'uv__(?:run_|io_poll|work_done|async_io)',
  ],
  javaScriptHeap: ['node::OOMErrorHandler$'],
}
