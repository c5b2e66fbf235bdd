import CommandKit
import SensorData

extension ValidationRules {
    /// The rules that `configs/cmapss-validate.yaml` and what overlays it say.
    init(_ settings: Settings) throws {
        let columns = CMAPSSSchema.columns
        let constant = try settings.strings("constant.columns", among: columns)
        let known = settings.sections(of: "flight_conditions")
        let conditions = try settings.strings("flight_conditions.names", among: known).map { name in
            FlightCondition(name: name, ranges: try settings.ranges("flight_conditions.\(name).ranges", of: columns))
        }
        self.init(
            columns: columns, settings: Array(columns.prefix(3)), conditions: conditions,
            constantColumns: Set(constant),
            constantRows: try settings.int("constant.rows", in: 2 ... .max),
            windowLength: try settings.int("window", in: 1 ... .max))
    }
}
