import DurableFiles

extension TrainingState {
    /// The longest checkpoint accepted, in bytes.
    private static let limit = 1 << 32

    /// Writes a checkpoint to `path`, whole.
    ///
    /// - Parameter identity: a text of all that the training depends on.
    /// - Throws: `SystemError`.
    public func write(to path: String, identity: String) throws {
        let bytes = try SafeTensors.encode(tensors(identity: Digest.hexadecimal(of: Array(identity.utf8))))
        try AtomicFile.write(bytes, to: path)
    }

    /// Reads the checkpoint at `path`.
    ///
    /// - Parameters:
    ///   - parameters: the number of parameters of the network.
    ///   - identity: a text of all that the training depends on.
    /// - Throws: `BundleError` when the checkpoint is damaged or belongs to another training, `SystemError`.
    public init(path: String, parameters: Int, identity: String) throws {
        let bytes = try readFile(path, limit: TrainingState.limit)
        do {
            try self.init(
                SafeTensors.decode(bytes), parameters: parameters,
                identity: Digest.hexadecimal(of: Array(identity.utf8)))
        } catch let error as BundleError {
            throw error.located(in: path)
        }
    }
}
