#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Kernels
import Synchronization

/// Threads that wait for work and share it task by task.
///
/// A caller splits its work by size, never by the number of threads, and lets each task write to its own memory; the
/// results are then the same on any number of threads. With one thread everything runs on the caller's. A thread that has
/// nothing to do looks out for some microseconds before it sleeps, because the next round is often that near.
public final class WorkerPool: @unchecked Sendable {
    /// How many threads work, the caller's among them.
    public let threads: Int

    private typealias Body = (_ task: Int, _ worker: Int) -> Void

    /// How often a thread looks before it sleeps: some 50 µs; not at all where threads share processors.
    private let patience: Int
    private let nextTask = Atomic<Int>(0)
    /// Counts the calls of `run`.
    private let round = Atomic<Int>(0)
    /// The threads that have not finished the round.
    private let working = Atomic<Int>(0)
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wakes = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let finishes = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var handles: [pthread_t] = []
    // Guarded by `lock`.
    private var sleepers = 0
    private var stops = false
    private var body: UnsafePointer<Body>?
    private var tasks = 0

    /// Starts `threads − 1` threads; `threads` of 0 or less means one per processor that this process may use.
    public init(threads: Int = 1) {
        let processors = usableProcessors()
        self.threads = threads > 0 ? threads : processors
        patience = self.threads <= processors ? 1000 : 0
        pthread_mutex_init(lock, nil)
        pthread_cond_init(wakes, nil)
        pthread_cond_init(finishes, nil)
        for worker in 1..<max(1, self.threads) {
            let start = Unmanaged.passRetained(Start(pool: Unmanaged.passUnretained(self), worker: worker))
            var handle = pthread_t()
            let code = pthread_create(&handle, nil, serve, start.toOpaque())
            // Fewer threads than asked for do the same work, only later.
            guard code == 0 else {
                start.release()
                break
            }
            handles.append(handle)
        }
    }

    deinit {
        pthread_mutex_lock(lock)
        stops = true
        pthread_cond_broadcast(wakes)
        pthread_mutex_unlock(lock)
        for handle in handles { pthread_join(handle, nil) }
        pthread_cond_destroy(finishes)
        pthread_cond_destroy(wakes)
        pthread_mutex_destroy(lock)
        finishes.deallocate()
        wakes.deallocate()
        lock.deallocate()
    }

    /// Calls `body(task)` for every task from `0 ..< tasks`, each once, on any thread, and returns when all are done.
    ///
    /// Tasks must not write to memory that another task touches. Not reentrant: one `run` at a time.
    public func run(tasks: Int, _ body: (_ task: Int) -> Void) {
        run(tasks: tasks) { task, _ in body(task) }
    }

    /// `run(tasks:_:)` that also names the worker, from `0 ..< threads`, so that a task can use its worker's scratch.
    public func run(tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
        guard !handles.isEmpty, tasks > 1 else {
            for task in 0..<max(0, tasks) { body(task, 0) }
            return
        }
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { share($0, tasks) }
        }
    }

    private func share(_ body: UnsafePointer<Body>, _ tasks: Int) {
        pthread_mutex_lock(lock)
        self.body = body
        self.tasks = tasks
        nextTask.store(0, ordering: .relaxed)
        working.store(handles.count, ordering: .relaxed)
        round.wrappingAdd(1, ordering: .releasing)
        if sleepers > 0 { pthread_cond_broadcast(wakes) }
        pthread_mutex_unlock(lock)
        takeTasks(of: body, tasks, worker: 0)
        spin { working.load(ordering: .acquiring) > 0 }
        pthread_mutex_lock(lock)
        while working.load(ordering: .acquiring) > 0 { pthread_cond_wait(finishes, lock) }
        self.body = nil
        pthread_mutex_unlock(lock)
    }

    /// Looks out while `waits`, for a while.
    private func spin(while waits: () -> Bool) {
        var looks = 0
        while looks < patience, waits() {
            pauseSpinning()
            looks += 1
        }
    }

    // Not inlined, so that no thread still holds the body's context when `run` returns.
    @inline(never)
    private func takeTasks(of body: UnsafePointer<Body>, _ tasks: Int, worker: Int) {
        while true {
            let task = nextTask.wrappingAdd(1, ordering: .relaxed).oldValue
            guard task < tasks else { return }
            body.pointee(task, worker)
        }
    }

    fileprivate func work(as worker: Int) {
        var seen = 0
        while true {
            spin { round.load(ordering: .relaxed) == seen }
            pthread_mutex_lock(lock)
            while round.load(ordering: .relaxed) == seen, !stops {
                sleepers += 1
                pthread_cond_wait(wakes, lock)
                sleepers -= 1
            }
            seen = round.load(ordering: .relaxed)
            let body = stops ? nil : self.body
            let tasks = self.tasks
            pthread_mutex_unlock(lock)
            guard let body else { return }
            takeTasks(of: body, tasks, worker: worker)
            guard working.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { continue }
            pthread_mutex_lock(lock)
            pthread_cond_signal(finishes)
            pthread_mutex_unlock(lock)
        }
    }
}

/// What a thread is started with. The pool outlives its threads: `deinit` joins them.
private final class Start {
    let pool: Unmanaged<WorkerPool>
    let worker: Int

    init(pool: Unmanaged<WorkerPool>, worker: Int) {
        self.pool = pool
        self.worker = worker
    }
}

private func serve(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
    start.pool._withUnsafeGuaranteedRef { $0.work(as: start.worker) }
    return nil
}
