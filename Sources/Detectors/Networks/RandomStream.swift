/// What the random numbers of a seed are for; each use has its own stream.
enum RandomStream {
    /// A network's first parameters.
    static let parameters: UInt64 = 1
    /// The order of the windows; the epoch is added.
    static let shuffling: UInt64 = 1 << 32
    /// Dropout; the step, the block and the place in the network are added.
    static let dropout: UInt64 = 1 << 62
}
