/// One step of fitted features: a function from a row, and what is remembered of its unit, to a row.
///
/// A row is a vector of named numbers; a stage takes the columns `inputs` and gives the columns `outputs`. What it needs
/// of a unit's past it keeps in `memory` doubles, so that the memory of a unit is one flat array: the stages' memories
/// end to end. It can be copied, saved and continued, and nothing else has to be.
///
/// A stage must not care how a unit's rows are cut into runs: `apply` on rows one at a time gives the same bits as on all
/// of them.
public protocol FeatureStage: Codable, Hashable, Sendable {
    /// The columns taken, in order.
    var inputs: [String] { get }
    /// The columns given, in order.
    var outputs: [String] { get }
    /// How many doubles are remembered of a unit.
    var memory: Int { get }
    /// How many rows before the current one its result depends on; 0 when a row speaks for itself, `Int.max` when all of
    /// them count.
    var history: Int { get }

    /// Prepares the memory of a unit before its first row.
    ///
    /// - Parameters:
    ///   - memory: `self.memory` doubles.
    ///   - sight: what is known of the unit's age.
    func begin(_ memory: UnsafeMutableBufferPointer<Double>, at sight: FirstSight)

    /// Maps consecutive rows of one unit.
    ///
    /// - Parameters:
    ///   - rows: row-major, shape (count, inputs.count).
    ///   - result: row-major, shape (count, outputs.count); does not overlap `rows`.
    func apply(
        _ rows: UnsafeBufferPointer<Double>, count: Int, memory: UnsafeMutableBufferPointer<Double>,
        into result: UnsafeMutableBufferPointer<Double>)

    /// Says which rows are unlike all that the stage was learned from, so that what it makes of them is a guess.
    ///
    /// - Parameter report: is given the index of each such row.
    func strangers(_ rows: UnsafeBufferPointer<Double>, count: Int, _ report: (Int) -> Void)

    /// How many of the rows to come are judged by the fleet's baseline because the unit's own is not known; `Int.max`
    /// when it never will be.
    func rowsOnFleetBaseline(_ memory: UnsafeBufferPointer<Double>) -> Int

    /// Refuses contents that `fit` cannot have made: lengths that do not agree, numbers that are not finite.
    ///
    /// - Throws: `FeatureError.invalid`.
    func validate() throws
}

extension FeatureStage {
    /// Nothing is remembered unless a stage says so.
    public var memory: Int { 0 }
    /// A row speaks for itself unless a stage says otherwise.
    public var history: Int { 0 }
    /// Zeroes.
    public func begin(_ memory: UnsafeMutableBufferPointer<Double>, at sight: FirstSight) {
        memory.update(repeating: 0)
    }
    /// No row is.
    public func strangers(_ rows: UnsafeBufferPointer<Double>, count: Int, _ report: (Int) -> Void) {}
    /// None: no baseline is used.
    public func rowsOnFleetBaseline(_ memory: UnsafeBufferPointer<Double>) -> Int { 0 }
}
