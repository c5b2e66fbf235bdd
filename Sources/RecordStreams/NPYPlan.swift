/// How a decoder reads the elements of arrays: worked out once for each type that a stream brings.
struct NPYPlan<Plan> {
    private var plan: Plan?
    private var typeNumber = 0

    /// The plan for the type of the current array of `arrays`, made by `make` when the type is a new one.
    ///
    /// - Throws: `DataError` naming the array.
    mutating func current(for arrays: NPYArrayReader, make: () throws(NPYFault) -> Plan) throws -> Plan {
        if let plan, typeNumber == arrays.typeNumber { return plan }
        do throws(NPYFault) {
            let made = try make()
            plan = made
            typeNumber = arrays.typeNumber
            return made
        } catch {
            throw arrays.error(error.message)
        }
    }
}
