import type { RuleList } from './rule-list.ts'

export const chromium: RuleList = {
  name: 'Chromium',
  irrelevant: [
    // A failed CHECK ends in one of these; which of them depends on version and build flags.
    'base::ImmediateCrash$',
    'base::(?:internal::)?(?:InvokeImmediateCrash|ImmediateCrashImpl)$',
    'base::debug::(?:BreakDebugger(?:Async)?(?:Safely)?|DumpWithoutCrashing(?:Unthrottled|WithUniqueId)?|CollectStackTrace|StackTrace::.*|Alias)$',
    'base::debug::(?:.*::)?StackDump.*Handler$',
    'logging::(?:LogMessage|LogMessageFatal|LogMessageWithPrefix|CheckError|CheckNoreturnError|NotReachedError|NotReachedNoreturnError|ErrnoLogMessage|Win32ErrorLogMessage)(?:::|$)',
    'logging::(?:.*::)?(?:DCheck|Check|NotReached|DumpWillBeCheck)[A-Za-z]*LogMessage(?:::|$)',
    'logging::(?:CheckFailure|RawLog|RawCheckFailure|HandleCheckErrorLogMessage|CheckLogMessage|ImmediateCrash|LogErrorNotReached|NotReachedFailure)',
    'logging::\\(anonymous namespace\\)::',
    '(?:std::)?__Cr::__libcpp_(?:verbose_abort|assertion_handler)|std::__Cr::(?:__libcpp_verbose_abort|__throw_)',
    'crash_reporter::DumpWithoutCrashing$',
    'crashpad::(?:CrashpadClient::)?(?:DumpWithoutCrash|DumpAndCrash|.*HandleCrash.*|.*SignalHandler.*)',
    'google_breakpad::ExceptionHandler::',
    // Where an allocation that failed ends. Whoever asked stands below.
    '(?:base|partition_alloc)::(?:internal::)?(?:OnNoMemory(?:Internal)?|TerminateBecauseOutOfMemory|RunPartitionAllocOomCallback)$',
    '(?:base|partition_alloc)::(?:internal::)?(?:Partition)?(?:OutOfMemory|ExcessiveAllocationSize).*$',
    '(?:base|partition_alloc)::(?:internal::)?PartitionRoot(?:<T>)?::OutOfMemory.*$',
    'partition_alloc::(?:internal::)?PartitionAllocOOM.*$',
    'partition_alloc::(?:internal::)?(?:ImmediateCrash|RawCheckFailure|logging::.*)$',
    'blink::(?:ReportV8OOMError|ReportV8FatalError|BlinkOutOfMemory.*)$',
  ],
  prefix: [
    'allocator_shim::',
    'base::allocator::',
    '(?:base|partition_alloc)::(?:internal::)?Partition(?:Root|Alloc|Bucket|Allocator|Free|Realloc)',
    'partition_alloc::',
    'blink::(?:Partitions|ThreadHeap|HeapAllocator|PartitionAllocator)::',
    'cppgc::(?:internal::)?',
    'WTF::(?:Partitions|PartitionAllocator|HashTable(?:<T>)?|Vector(?:<T>)?|String(?:Impl)?|RefCounted(?:<T>)?)::',
    // Smart pointers: a bad pointer shows up in them, and the owner is the caller.
    '(?:base::)?(?:scoped_refptr|WeakPtr|raw_ptr|raw_ref|RefCounted(?:ThreadSafe)?|subtle::RefCounted.*|internal::(?:WeakReference|RawPtr.*|raw_ptr.*))(?:<T>)?(?:::|$)',
    'base::(?:internal::)?(?:Invoker|BindState|BindStateBase|FunctorTraits|InvokeHelper|CallbackBase|DecayedFunctorTraits)(?:<T>)?(?:::|$)',
    'base::(?:OnceCallback|RepeatingCallback)(?:<T>)?::Run$',
    'base::(?:circular_deque|flat_map|flat_set|flat_tree|span|CheckedContiguousIterator|Value|internal::flat_tree)(?:<T>)?::',
    'base::(?:TaskAnnotator|sequence_manager|MessagePump|RunLoop|Thread|PlatformThread|internal::(?:TaskTracker|WorkerThread))',
    'mojo::',
    'IPC::',
    'sandbox::',
  ],
  sentinels: [],
  outOfMemory: [
    '(?:base|partition_alloc)::(?:internal::)?(?:OnNoMemory(?:Internal)?|TerminateBecauseOutOfMemory|RunPartitionAllocOomCallback)$',
    '(?:base|partition_alloc)::(?:internal::)?PartitionRoot(?:<T>)?::OutOfMemory',
    'partition_alloc::(?:internal::)?(?:PartitionAllocOOM|PartitionOutOfMemory|PartitionExcessiveAllocationSize)',
    'blink::BlinkOutOfMemory',
  ],
}
