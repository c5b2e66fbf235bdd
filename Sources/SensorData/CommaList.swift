/// A list as it is written on a command line.
public enum CommaList {
    /// The items between the commas of `text`, without the spaces around them; empty ones do not count.
    public static func items(of text: String) -> [String] {
        text.split(separator: ",").compactMap { part in
            guard let first = part.firstIndex(where: { $0 != " " }), let last = part.lastIndex(where: { $0 != " " })
            else { return nil }
            return String(part[first...last])
        }
    }
}
