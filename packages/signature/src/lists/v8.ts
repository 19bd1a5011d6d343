import type { RuleList } from './rule-list.ts'

export const v8: RuleList = {
  name: 'V8',
  irrelevant: [
    'V8_Fatal(?:NoContext)?$',
    'V8_Dcheck$',
    'v8::base::(?:OS::Abort|OS::DebugBreak|\\(anonymous namespace\\)::DefaultDcheckHandler|FatalOOM|FatalFailure)$',
    'v8::base::Fatal',
    'v8::internal::V8::FatalProcessOutOfMemory$',
    'v8::internal::Heap::FatalProcessOutOfMemory$',
    'v8::internal::(?:FatalProcessOutOfMemory|ReportOutOfMemory)$',
    'v8::Utils::(?:ReportOOMFailure|ReportApiFailure|ApiCheck)$',
    'v8::ApiCheck$',
  ],
  prefix: [
    // Garbage collection stumbles over what somebody else broke earlier.
    'v8::internal::(?:Heap|MarkCompactCollector|Scavenger|ScavengerCollector|MarkingVisitor.*|Sweeper|LocalHeap|HeapVisitor.*|BodyDescriptor.*|MemoryAllocator|Factory.*|Allocator|HeapAllocator|MainAllocator)(?:<T>)?::',
    'v8::base::(?:OS|Mutex|RecursiveMutex|ConditionVariable|Semaphore|SharedMutex)::',
    'v8::(?:Local|Persistent|Global|Eternal|MaybeLocal|Isolate|Context|HandleScope|PersistentBase)(?:<T>)?::',
    'v8::internal::(?:Handle|DirectHandle|MaybeHandle|Tagged.*)(?:<T>)?::',
    // Between JavaScript and native code; the same in every stack.
    'Builtins_',
    'v8::internal::(?:Execution|\\(anonymous namespace\\)::Invoke|GeneratedCode|Builtin_|Runtime_)',
    'v8::Function::Call$',
    'v8::Script::Run$',
  ],
  javaScriptHeap: [
    'v8::internal::V8::FatalProcessOutOfMemory$',
    'v8::internal::Heap::FatalProcessOutOfMemory$',
    'v8::Utils::ReportOOMFailure$',
    'blink::ReportV8OOMError$',
  ],
}
