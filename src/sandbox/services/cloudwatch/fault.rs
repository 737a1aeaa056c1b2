//! The errors that CloudWatch answers with.

/// An error of CloudWatch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// HTTP status.
    pub status: u16,
    /// The code as the query protocol has it, which clients of every protocol end up with.
    pub code: &'static str,
    pub message: String,
}

impl Fault {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, code, message: message.into() }
    }

    /// `ValidationError`, what `GetMetricData` and `DescribeAlarms` answer to wrong input.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationError", message)
    }

    /// `ValidationError` for a value that is none of those that a parameter takes.
    pub fn not_among(value: &str, parameter: &str, known: &[&str]) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy constraint: Member must \
             satisfy enum value set: [{}]",
            known.join(", ")
        ))
    }

    /// `InvalidParameterValue`.
    pub fn value(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterValue", message)
    }

    /// `InvalidParameterCombination`.
    pub fn combination(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterCombination", message)
    }

    /// `MissingParameter`.
    pub fn missing(name: &str) -> Self {
        Self::new("MissingParameter", format!("The parameter {name} is required."))
    }

    /// `InvalidNextToken`.
    pub fn token() -> Self {
        Self::new("InvalidNextToken", "The next token specified is invalid.")
    }

    /// Input that is not of the operation's shape.
    pub fn unreadable(why: String) -> Self {
        Self::new("SerializationException", why)
    }

    /// `InvalidAction`, which the newer protocols call an unknown operation.
    pub fn unknown_operation(operation: &str) -> Self {
        Self::new("InvalidAction", format!("Could not find operation {operation} for version 2010-08-01"))
    }

    /// An answer that could not be written.
    pub fn internal() -> Self {
        Self { status: 500, code: "InternalServiceError", message: "The answer could not be encoded.".to_owned() }
    }

    /// The error's shape in AWS's service model, which `__type` names.
    pub fn shape(&self) -> &'static str {
        match self.code {
            "InvalidParameterValue" => "InvalidParameterValueException",
            "InvalidParameterCombination" => "InvalidParameterCombinationException",
            "MissingParameter" => "MissingRequiredParameterException",
            "InternalServiceError" => "InternalServiceFault",
            "InvalidAction" => "UnknownOperationException",
            other => other,
        }
    }

    /// Whose fault it is, in the query protocol's word.
    pub fn side(&self) -> &'static str {
        if self.status < 500 { "Sender" } else { "Receiver" }
    }
}
