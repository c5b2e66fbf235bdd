import CommandKit
import SensorData

extension ValidationRules {
    /// The rules that `configs/cmapss-validate.yaml` and what overlays it say.
    init(_ settings: Settings) throws {
        let columns = CMAPSSSchema.columns
        let constant = try settings.strings("constant.columns")
        var conditions: [FlightCondition] = []
        for name in try settings.strings("flight_conditions.names") {
            let ranges = try settings.ranges("flight_conditions.\(name).ranges")
            conditions.append(FlightCondition(name: name, ranges: ranges))
        }
        for name in constant + conditions.flatMap({ $0.ranges.keys.sorted() }) where !columns.contains(name) {
            throw UsageError(
                "configuration: '\(name)' is no column of C-MAPSS rows; expected op_setting_1 … 3, sensor_1 … 21")
        }
        self.init(
            columns: columns, settings: Array(columns.prefix(3)), conditions: conditions,
            constantColumns: Set(constant),
            constantRows: try settings.int("constant.rows", in: 2 ... .max),
            windowLength: try settings.int("window", in: 1 ... .max))
    }
}
