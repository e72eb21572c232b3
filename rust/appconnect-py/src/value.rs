//! One row for each Python class that is a value: frozen, final, compared by content, printed without personal data.

use std::fmt;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::field::Field;

/// A value that is a field of another value. Kept as its Python object, so that reading the field costs nothing.
pub(crate) struct Child<T>(pub(crate) Py<T>);

impl<T: pyo3::PyClass<Frozen = pyo3::pyclass::boolean_struct::True> + Sync + PartialEq> PartialEq
    for Child<T>
{
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl<T: pyo3::PyClass<Frozen = pyo3::pyclass::boolean_struct::True> + Sync + std::hash::Hash> std::hash::Hash
    for Child<T>
{
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.get().hash(state);
    }
}

/// Shows a field as `repr` does.
pub(crate) struct Show<'a, T>(pub(crate) &'a T);

impl<T: Field> fmt::Display for Show<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show(f)
    }
}

/// Adds a field to a dictionary, as JSON takes it: `from_`, which Python needs for its keyword, is `from` there.
pub(crate) fn put<T: Field>(into: &Bound<'_, PyDict>, name: &str, value: &T) -> PyResult<()> {
    into.set_item(PyString::intern(into.py(), name.trim_end_matches('_')), value.plain(into.py())?)
}

/// Defines a value class.
///
/// `name (core_name): Type = default` is a field: its name in Python, the core's name where that differs, its type,
/// and the default where a constructor may leave it out (`None` stands for the type's own; one that a stub can show
/// has a reader in [`crate::named`]). `from path` makes the class from the core's
/// struct of the same fields. `new { … }` replaces the constructor,
/// and `also { … }` adds methods.
macro_rules! value {
    (
        $(#[$doc:meta])* $name:ident $(from $core:path)? {
            $($(#[$fdoc:meta])* $field:ident $(($inner:ident))? : $type:ty,)*
        }
        new { $($new:tt)* }
        $(also { $($also:tt)* })?
    ) => {
        $crate::value::value! { @class [$(#[$doc])*] $name [$($core)?] {
            $($(#[$fdoc])* $field [$($inner)?] : $type,)*
        } [$($new)*] [$($($also)*)?] }
    };
    (
        $(#[$doc:meta])* $name:ident $(from $core:path)? { $($fields:tt)* }
        $(also { $($also:tt)* })?
    ) => {
        $crate::value::value! {
            @new { [$(#[$doc])*] $name [$($core)?] { $($fields)* } [$($($also)*)?] } [] [] [] $($fields)*
        }
    };
    (
        @new $class:tt [$($signature:tt)*] [$($argument:tt)*] [$($taken:tt)*]
        $(#[$doc:meta])* $field:ident $(($inner:ident))? : $type:ty, $($rest:tt)*
    ) => {
        $crate::value::value! {
            @new $class [$($signature)* $field,]
            [$($argument)* $field: $crate::field::Given<'_, '_, $type>,]
            [$($taken)* $field: $field.take(stringify!($field))?,]
            $($rest)*
        }
    };
    (
        @new $class:tt [$($signature:tt)*] [$($argument:tt)*] [$($taken:tt)*]
        $(#[$doc:meta])* $field:ident $(($inner:ident))? : $type:ty = None, $($rest:tt)*
    ) => {
        $crate::value::value! {
            @new $class [$($signature)* $field = None,]
            [$($argument)* $field: Option<$crate::field::Given<'_, '_, $type>>,]
            [$($taken)* $field: match $field {
                Some(given) => given.take(stringify!($field))?,
                None => <$type>::default(),
            },]
            $($rest)*
        }
    };
    (
        @new $class:tt [$($signature:tt)*] [$($argument:tt)*] [$($taken:tt)*]
        $(#[$doc:meta])* $field:ident $(($inner:ident))? : $type:ty = "", $($rest:tt)*
    ) => {
        $crate::value::value! {
            @new $class [$($signature)* $field: "str" = "",]
            [$($argument)* #[pyo3(from_py_with = $crate::named::$field)] $field: &str,]
            [$($taken)* $field: $field.into(),]
            $($rest)*
        }
    };
    (
        @new $class:tt [$($signature:tt)*] [$($argument:tt)*] [$($taken:tt)*]
        $(#[$doc:meta])* $field:ident $(($inner:ident))? : $type:ty = "both", $($rest:tt)*
    ) => {
        $crate::value::value! {
            @new $class [$($signature)* $field: "str" = "both",]
            [$($argument)* #[pyo3(from_py_with = $crate::named::$field)] $field: &str,]
            [$($taken)* $field: $field.into(),]
            $($rest)*
        }
    };
    (
        @new $class:tt [$($signature:tt)*] [$($argument:tt)*] [$($taken:tt)*]
        $(#[$doc:meta])* $field:ident $(($inner:ident))? : $type:ty = "POST", $($rest:tt)*
    ) => {
        $crate::value::value! {
            @new $class [$($signature)* $field: "str" = "POST",]
            [$($argument)* #[pyo3(from_py_with = $crate::named::$field)] $field: &str,]
            [$($taken)* $field: $crate::field::parsed(stringify!($field), $field)?,]
            $($rest)*
        }
    };
    (
        @new $class:tt [$($signature:tt)*] [$($argument:tt)*] [$($taken:tt)*]
        $(#[$doc:meta])* $field:ident $(($inner:ident))? : $type:ty = true, $($rest:tt)*
    ) => {
        $crate::value::value! {
            @new $class [$($signature)* $field: "bool" = true,]
            [$($argument)* #[pyo3(from_py_with = $crate::named::$field)] $field: bool,]
            [$($taken)* $field,]
            $($rest)*
        }
    };
    (
        @new $class:tt [$($signature:tt)*] [$($argument:tt)*] [$($taken:tt)*]
        $(#[$doc:meta])* $field:ident $(($inner:ident))? : $type:ty = false, $($rest:tt)*
    ) => {
        $crate::value::value! {
            @new $class [$($signature)* $field: "bool" = false,]
            [$($argument)* #[pyo3(from_py_with = $crate::named::$field)] $field: bool,]
            [$($taken)* $field,]
            $($rest)*
        }
    };
    (
        @new $class:tt [$($signature:tt)*] [$($argument:tt)*] [$($taken:tt)*]
        $(#[$doc:meta])* $field:ident $(($inner:ident))? : $type:ty = $number:tt, $($rest:tt)*
    ) => {
        $crate::value::value! {
            @new $class [$($signature)* $field: "int" = $number,]
            [$($argument)* #[pyo3(from_py_with = $crate::named::$field)] $field: $type,]
            [$($taken)* $field,]
            $($rest)*
        }
    };
    (
        @new {
            [$($doc:tt)*] $name:ident [$($core:tt)*] {
                $($(#[$fdoc:meta])* $field:ident $(($inner:ident))? : $type:ty $(= $default:tt)?,)*
            } $also:tt
        } [$($signature:tt)*] [$($argument:tt)*] [$($taken:tt)*]
    ) => {
        $crate::value::value! { @class [$($doc)*] $name [$($core)*] {
            $($(#[$fdoc])* $field [$($inner)?] : $type,)*
        } [
            #[new]
            #[pyo3(signature = ($($signature)*))]
            fn new($($argument)*) -> PyResult<Self> {
                Ok(Self { $($taken)* })
            }
        ] $also }
    };
    (
        @class [$(#[$doc:meta])*] $name:ident [$($core:path)?] {
            $($(#[$fdoc:meta])* $field:ident [$($inner:ident)?] : $type:ty,)*
        } [$($new:tt)*] [$($also:tt)*]
    ) => {
        $(#[$doc])*
        #[pyclass(frozen, eq, hash, module = "appconnect._core")]
        #[derive(PartialEq, Hash)]
        pub(crate) struct $name { $(pub(crate) $field: $type,)* }

        $crate::value::value! { @wrap [$($core)?] $name { $($field [$($inner)?],)* } }

        impl $name {
            /// Adds the fields by name, as JSON takes them.
            pub(crate) fn fields<'py>(
                &self,
                into: Bound<'py, pyo3::types::PyDict>,
            ) -> PyResult<Bound<'py, pyo3::types::PyDict>> {
                $($crate::value::put(&into, stringify!($field), &self.$field)?;)*
                Ok(into)
            }
        }

        const _: () = {
            struct MatchArgs;

            impl<'py> IntoPyObject<'py> for MatchArgs {
                type Target = PyAny;
                type Output = Bound<'py, PyAny>;
                type Error = PyErr;

                const OUTPUT_TYPE: pyo3::inspect::PyStaticExpr = pyo3::inspect::PyStaticExpr::Subscript {
                    value: &pyo3::type_hint_identifier!("builtins", "tuple"),
                    slice: &pyo3::inspect::PyStaticExpr::Tuple { elts: &[$(pyo3::type_hint_subscript!(
                        pyo3::type_hint_identifier!("typing", "Literal"),
                        pyo3::inspect::PyStaticExpr::Constant {
                            value: pyo3::inspect::PyStaticConstant::Str(stringify!($field)),
                        }
                    )),*] },
                };

                fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                    let names: &[&str] = &[$(stringify!($field)),*];
                    Ok(pyo3::types::PyTuple::new(py, names)?.into_any())
                }
            }

            #[pymethods]
            impl $name {
                $($new)*

                $($(#[$fdoc])*
                #[getter]
                fn $field(&self) -> $crate::field::Got<'_, $type> {
                    $crate::field::Got(&self.$field)
                })*

                #[classattr]
                fn __match_args__() -> MatchArgs {
                    MatchArgs
                }

                fn __repr__(&self) -> String {
                    let fields: &[String] =
                        &[$(format!(concat!(stringify!($field), "={}"), $crate::value::Show(&self.$field))),*];
                    format!("{}({})", stringify!($name), fields.join(", "))
                }

                $($also)*
            }
        };

        impl $crate::field::Field for $crate::value::Child<$name> {
            const HINT: pyo3::inspect::PyStaticExpr = <$name as pyo3::IntoPyObject>::OUTPUT_TYPE;

            fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                Ok(self.0.bind(py).clone().into_any())
            }

            fn set(object: pyo3::Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
                Ok(Self(object.cast::<$name>()?.to_owned().unbind()))
            }

            fn show(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0.get().__repr__())
            }

            fn plain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                Ok(self.0.get().fields(pyo3::types::PyDict::new(py))?.into_any())
            }
        }
    };
    (@wrap [] $($rest:tt)*) => {};
    (@wrap [$core:path] $name:ident { $($field:ident [$($inner:ident)?],)* }) => {
        impl $crate::field::Wrap<$core> for $name {
            fn wrap(py: Python<'_>, value: $core) -> PyResult<Self> {
                type Core = $core;
                let Core { $($($inner:)? $field),* } = value;
                Ok(Self { $($field: $crate::field::Wrap::wrap(py, $field)?),* })
            }
        }

        impl $crate::field::Wrap<$core> for $crate::value::Child<$name> {
            fn wrap(py: Python<'_>, value: $core) -> PyResult<Self> {
                let value = <$name as $crate::field::Wrap<$core>>::wrap(py, value)?;
                Ok(Self(Py::new(py, value)?))
            }
        }
    };
}
pub(crate) use value;
