import VectorMath

/// A network that is trained on windows without labels: it says of each value of a window, or of its last rows, what it
/// should be.
public protocol WindowNetwork: AnyObject, Sendable {
    /// What it computes with.
    associatedtype Scalar: NetworkScalar
    /// The rows of a window.
    var windowLength: Int { get }
    /// The columns of a window.
    var windowWidth: Int { get }
    /// The rows of a window that the error is taken over.
    var judgedRows: Int { get }
    /// Where the tensors stand.
    var layout: NetworkLayout { get }
    /// The parameters, flat, in the order of `layout.parameters`. After a change call `pack()`.
    var parameters: AlignedBuffer<Scalar> { get }
    /// The number of layers with parameters: they have numbers, for work that threads share.
    var layerCount: Int { get }
    /// Where the parameters of a layer stand.
    func parameterRange(layer: Int) -> Range<Int>
    /// Copies the parameters of a layer into the layout the kernels read.
    func pack(layer: Int)
    /// Adds a block's padded gradient of a layer to the flat one.
    func collect(layer: Int, _ gradient: UnsafePointer<Scalar>, into flat: UnsafeMutablePointer<Scalar>)
}

extension WindowNetwork {
    /// Copies the parameters into the layout the kernels read.
    public func pack() {
        for layer in 0..<layerCount { pack(layer: layer) }
    }
}

/// The work space of one thread for a block of windows: everything computed on the way forward, and back.
public protocol WindowPass: AnyObject {
    /// The network it computes.
    associatedtype Network: WindowNetwork
    /// How many windows go through the network at once: in training, and in scoring.
    static var blockWindows: (training: Int, scoring: Int) { get }
    /// How many windows share a gradient. It decides the order of the sums.
    static var gradientWindows: Int { get }

    /// Makes room for blocks of up to `capacity` windows.
    ///
    /// - Parameter trains: whether dropout and `backward` will be used.
    init(_ network: Network, capacity: Int, trains: Bool)
    /// The most windows a block may have.
    var capacity: Int { get }
    /// The number of windows of the current block.
    var rows: Int { get }
    /// Starts a block of `rows` windows, which the caller then sets.
    func begin(rows: Int)
    /// Copies one window, row-major (length, width), to place `row` of the block.
    func setWindow(_ row: Int, _ values: UnsafePointer<Network.Scalar>)
    /// Computes what the windows should be.
    ///
    /// - Parameters:
    ///   - dropout: what to drop, in training.
    ///   - seed: of dropout's random numbers.
    ///   - stream: of dropout's random numbers; places in the network, fewer than 256, are added to it.
    func forward(dropout: Dropout<Network.Scalar>?, seed: UInt64, stream: UInt64)
    /// The sum of the block's squared errors, after `forward`.
    func squaredError() -> Double
    /// Adds the gradient of `loss` on this block to the padded gradient of the parameters, after `forward`.
    func backward(_ loss: MeanSquaredError<Network.Scalar>, gradient: UnsafeMutablePointer<Network.Scalar>)
    /// The mean over the judged rows of each column's squared error in window `row`, shape (width), after
    /// `squaredError`.
    func columnErrors(_ row: Int, into errors: UnsafeMutablePointer<Network.Scalar>)
}
