/// The columns of NASA's C-MAPSS turbofan data, as named and measured in A. Saxena, K. Goebel, D. Simon, N. Eklund,
/// "Damage propagation modeling for aircraft engine run-to-failure simulation", PHM 2008, doi:10.1109/PHM.2008.4711414.
public enum CMAPSSSchema {
    /// The three operational settings and the 21 sensors, in the order of the file's columns 3 … 26.
    ///
    /// | column | symbol | quantity | unit |
    /// |---|---|---|---|
    /// | `op_setting_1` | | altitude | 1000 ft |
    /// | `op_setting_2` | | Mach number | |
    /// | `op_setting_3` | TRA | throttle resolver angle | % |
    /// | `sensor_1` | T2 | total temperature at fan inlet | °R |
    /// | `sensor_2` | T24 | total temperature at LPC outlet | °R |
    /// | `sensor_3` | T30 | total temperature at HPC outlet | °R |
    /// | `sensor_4` | T50 | total temperature at LPT outlet | °R |
    /// | `sensor_5` | P2 | pressure at fan inlet | psia |
    /// | `sensor_6` | P15 | total pressure in bypass duct | psia |
    /// | `sensor_7` | P30 | total pressure at HPC outlet | psia |
    /// | `sensor_8` | Nf | physical fan speed | rpm |
    /// | `sensor_9` | Nc | physical core speed | rpm |
    /// | `sensor_10` | epr | engine pressure ratio (P50/P2) | |
    /// | `sensor_11` | Ps30 | static pressure at HPC outlet | psia |
    /// | `sensor_12` | phi | ratio of fuel flow to Ps30 | pps/psi |
    /// | `sensor_13` | NRf | corrected fan speed | rpm |
    /// | `sensor_14` | NRc | corrected core speed | rpm |
    /// | `sensor_15` | BPR | bypass ratio | |
    /// | `sensor_16` | farB | burner fuel-air ratio | |
    /// | `sensor_17` | htBleed | bleed enthalpy | |
    /// | `sensor_18` | Nf_dmd | demanded fan speed | rpm |
    /// | `sensor_19` | PCNfR_dmd | demanded corrected fan speed | rpm |
    /// | `sensor_20` | W31 | HPT coolant bleed | lbm/s |
    /// | `sensor_21` | W32 | LPT coolant bleed | lbm/s |
    public static let columns = (1...3).map { "op_setting_\($0)" } + (1...21).map { "sensor_\($0)" }

    /// The columns of a line of NASA's text: `unit_id`, `cycle`, settings, sensors.
    public static let fileColumnCount = 26

    /// The name of column `index` (from zero) of a line of NASA's text.
    public static func fileColumn(_ index: Int) -> String {
        switch index {
        case 0: "unit_id"
        case 1: "cycle"
        default: columns[index - 2]
        }
    }

    /// Rows as `cmapss-ingest` writes them.
    public static func rows(labelled: Bool) -> RowSchema {
        RowSchema(keys: labelled ? [.cycle, .timestamp, .rul, .isAnomaly] : [.cycle, .timestamp], columns: columns)
    }
}
