import Testing
import VectorMath

@Suite struct WorkerPoolTests {
    @Test(arguments: [1, 2, 5])
    func everyTaskRunsOnce(threads: Int) {
        let pool = WorkerPool(threads: threads)
        for tasks in [0, 1, 2, 1000] {
            var counts = [Int](repeating: 0, count: tasks)
            counts.withUnsafeMutableBufferPointer { counts in
                pool.run(tasks: tasks) { task, worker in
                    counts[task] += worker >= 0 && worker < threads ? 1 : 1000
                }
            }
            #expect(counts.allSatisfy { $0 == 1 })
        }
    }

    @Test func manyShortRoundsEnd() {
        let pool = WorkerPool(threads: 3)
        var sums = [Int](repeating: 0, count: 4)
        sums.withUnsafeMutableBufferPointer { sums in
            for _ in 0..<5000 { pool.run(tasks: 4) { sums[$0] += $0 } }
        }
        #expect(sums == [0, 5000, 10_000, 15_000])
    }
}
