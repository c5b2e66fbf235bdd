import SensorData

/// Takes runs of one unit's rows through the stages, in blocks that stay in cache.
struct RunMapper: Sendable {
    private static let blockRows = 128

    private let stages: [any FeatureStage]
    private let inputWidth: Int
    private let outputWidth: Int
    /// What goes into a stage, and what comes out of it.
    private var front: [Double]
    private var back: [Double]

    init(_ features: FittedFeatures) {
        stages = features.stages.map(\.stage)
        inputWidth = features.inputs.count
        outputWidth = features.columns.count
        let widest = stages.reduce(inputWidth) { max($0, $1.outputs.count) }
        front = [Double](repeating: 0, count: widest * RunMapper.blockRows)
        back = front
    }

    /// Prepares the memory at `start` for a unit's first row.
    func begin(_ memory: inout [Double], at start: Int, cycle: Int64?) {
        let known = cycle == RowBatch.unknown ? nil : cycle
        memory.withUnsafeMutableBufferPointer { memory in
            var at = start
            for stage in stages {
                stage.begin(UnsafeMutableBufferPointer(rebasing: memory[at..<at + stage.memory]), cycle: known)
                at += stage.memory
            }
        }
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
                    for stage in stages {
                        let result = UnsafeMutableBufferPointer(rebasing: free.0[..<(count * stage.outputs.count)])
                        stage.apply(
                            rows, count: count,
                            memory: UnsafeMutableBufferPointer(rebasing: memory[at..<at + stage.memory]), into: result)
                        at += stage.memory
                        rows = UnsafeBufferPointer(result)
                        swap(&free.0, &free.1)
                    }
                    sink(rows)
                }
            }
        }
    }
}
