//! Where objects lie: in files, or nowhere but in the state.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};
use tfplugin::{Block, Object, Value};

use crate::stored;

/// The files of a configuration.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    /// `None` if the state is all there is.
    pub(crate) resources: Option<PathBuf>,
    pub(crate) data: PathBuf,
}

impl Store {
    /// The stored resource; `None` if there is none.
    pub(crate) fn read(&self, id: &str, block: &Block) -> io::Result<Option<Object>> {
        let Some(directory) = &self.resources else {
            return Ok(None);
        };
        match read_file(&file(directory, id), block) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// Stores a new resource.
    pub(crate) fn create(&self, kind: &str, id: &str, object: &Object) -> io::Result<()> {
        let Some(directory) = &self.resources else {
            return Ok(());
        };
        fs::create_dir_all(directory)?;
        let path = file(directory, id);
        if path.try_exists()? {
            let text = "a resource with this id exists already";
            return Err(io::Error::new(ErrorKind::AlreadyExists, text));
        }
        write_file(&path, kind, object)
    }

    /// Stores a resource in place of what it was.
    pub(crate) fn update(&self, kind: &str, id: &str, object: &Object) -> io::Result<()> {
        let Some(directory) = &self.resources else {
            return Ok(());
        };
        let path = file(directory, id);
        fs::metadata(&path)?;
        write_file(&path, kind, object)
    }

    /// Removes a resource, and the directory with the last one.
    pub(crate) fn delete(&self, id: &str) -> io::Result<()> {
        let Some(directory) = &self.resources else {
            return Ok(());
        };
        fs::remove_file(file(directory, id))?;
        // It fails, as it should, while there are others.
        let _ = fs::remove_dir(directory);
        Ok(())
    }

    /// The data of a data source.
    pub(crate) fn read_data(&self, id: &str, block: &Block) -> io::Result<Object> {
        read_file(&file(&self.data, id), block)
    }
}

fn file(directory: &Path, id: &str) -> PathBuf {
    directory.join(format!("{id}.json"))
}

fn read_file(path: &Path, block: &Block) -> io::Result<Object> {
    let json: Json = serde_json::from_slice(&fs::read(path)?)?;
    let none = Map::new();
    let values = json
        .get("values")
        .and_then(Json::as_object)
        .unwrap_or(&none);
    stored::read_object(values, block).map_err(io::Error::other)
}

fn write_file(path: &Path, kind: &str, object: &Object) -> io::Result<()> {
    let json = json!({ "resource_type": kind, "values": stored::write_object(object) });
    fs::write(path, serde_json::to_string_pretty(&json)?)
}

/// The id of an object, empty if it has none.
pub(crate) fn id(object: &Object) -> &str {
    object.get("id").and_then(Value::as_str).unwrap_or_default()
}
