/// Takes runs of one unit's rows through the stages, in blocks that stay in cache.
struct RunMapper: Sendable {
    private static let blockRows = 128

    /// A stage and what need not be asked of it block by block.
    private struct Step {
        let stage: any FeatureStage
        let width: Int
        let memory: Int
    }

    private let steps: [Step]
    private let inputWidth: Int
    private let outputWidth: Int
    /// What goes into a stage, and what comes out of it.
    private var front: [Double]
    private var back: [Double]

    init(_ features: FittedFeatures) {
        steps = features.stages.map(\.stage).map { Step(stage: $0, width: $0.outputs.count, memory: $0.memory) }
        inputWidth = features.inputs.count
        outputWidth = features.columns.count
        let widest = steps.reduce(inputWidth) { max($0, $1.width) }
        front = [Double](repeating: 0, count: widest * RunMapper.blockRows)
        back = front
    }

    /// Prepares the memory at `start` for a unit's first row.
    func begin(_ memory: inout [Double], at start: Int, _ sight: FirstSight) {
        memory.withUnsafeMutableBufferPointer { memory in
            var at = start
            for step in steps {
                step.stage.begin(UnsafeMutableBufferPointer(rebasing: memory[at..<at + step.memory]), at: sight)
                at += step.memory
            }
        }
    }

    /// How many of a unit's rows to come are judged by the fleet's baseline.
    func rowsOnFleetBaseline(_ memory: [Double], at start: Int) -> Int {
        memory.withUnsafeBufferPointer { memory in
            var at = start
            var rows = 0
            for step in steps {
                let part = UnsafeBufferPointer(rebasing: memory[at..<at + step.memory])
                rows = max(rows, step.stage.rowsOnFleetBaseline(part))
                at += step.memory
            }
            return rows
        }
    }

    /// Tells which rows of a run are unlike all that was learned from.
    ///
    /// Only the first stage is asked: it sees the rows as they came.
    func strangers(_ run: ArraySlice<Double>, _ report: (Int) -> Void) {
        guard let first = steps.first, inputWidth > 0 else { return }
        run.withUnsafeBufferPointer { first.stage.strangers($0, count: $0.count / inputWidth, report) }
    }

    /// Maps a run, handing `sink` the mapped rows block by block.
    ///
    /// - Parameters:
    ///   - run: row-major, shape (rows, inputs).
    ///   - memory: the unit's memory begins at `start`.
    mutating func map(
        _ run: ArraySlice<Double>, memory: inout [Double], at start: Int,
        into sink: (UnsafeBufferPointer<Double>) -> Void
    ) {
        guard inputWidth > 0 else { return }
        run.withUnsafeBufferPointer { run in
            let rows = run.count / inputWidth
            var first = 0
            while first < rows {
                let count = min(RunMapper.blockRows, rows - first)
                let block = UnsafeBufferPointer(rebasing: run[first * inputWidth..<(first + count) * inputWidth])
                mapBlock(block, count: count, memory: &memory, at: start, into: sink)
                first += count
            }
        }
    }

    private mutating func mapBlock(
        _ block: UnsafeBufferPointer<Double>, count: Int, memory: inout [Double], at start: Int,
        into sink: (UnsafeBufferPointer<Double>) -> Void
    ) {
        memory.withUnsafeMutableBufferPointer { memory in
            front.withUnsafeMutableBufferPointer { front in
                back.withUnsafeMutableBufferPointer { back in
                    var rows = block
                    var free = (front, back)
                    var at = start
                    for step in steps {
                        let result = UnsafeMutableBufferPointer(rebasing: free.0[..<(count * step.width)])
                        step.stage.apply(
                            rows, count: count,
                            memory: UnsafeMutableBufferPointer(rebasing: memory[at..<at + step.memory]), into: result)
                        at += step.memory
                        rows = UnsafeBufferPointer(result)
                        swap(&free.0, &free.1)
                    }
                    sink(rows)
                }
            }
        }
    }
}
