import Platform

/// A thread of the operating system that runs one function.
final class WorkerThread {
    private var handle = pthread_t()

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a thread, or returns `nil` if the system cannot create one.
    init?(_ body: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(Body(body))
        let status = pthread_create(
            &handle, nil,
            { context in
                Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        if status != 0 {
            context.release()
            return nil
        }
    }

    /// Starts a thread that no one joins.
    ///
    /// - Throws: `.inputOutput` if the system cannot create one.
    static func detach(_ body: @escaping @Sendable () -> Void) throws(FastTrainError) {
        guard let thread = WorkerThread(body) else {
            throw .inputOutput(path: "a thread", operation: "start", reason: "the system cannot provide one more")
        }
        pthread_detach(thread.handle)
    }

    func join() { pthread_join(handle, nil) }
}
