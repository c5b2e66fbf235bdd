/// Where a setting was set, as messages name it.
enum SettingOrigin: CustomStringConvertible {
    /// The file of defaults.
    case defaults(String, line: Int)
    /// A `--config` file.
    case file(String, line: Int)
    /// An environment variable.
    case variable(String)
    /// An option of the command line.
    case option(String)

    /// `file:line`, or the name.
    var description: String {
        switch self {
        case .defaults(let name, let line), .file(let name, let line): "\(name):\(line)"
        case .variable(let name), .option(let name): name
        }
    }

    /// Where `part` of the setting's value stands.
    func place(of part: YAMLNode) -> SettingOrigin {
        switch self {
        case .defaults(let name, _): .defaults(name, line: part.line)
        case .file(let name, _): .file(name, line: part.line)
        case .variable, .option: self
        }
    }
}
