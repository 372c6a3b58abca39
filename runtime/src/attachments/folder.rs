//! Bytes of files in a folder beside the store. A file is there under its name only when all of it is on the
//! disk; it never changes after that.

use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use futures_util::future::BoxFuture;
use tokio::fs;
use tokio::io::AsyncWriteExt as _;

use super::{FileReader, FileStore, FileWriter};

/// What an unfinished file is called.
const PART: &str = "part";

/// See the module.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder of a store: its name with `.files` behind it. It is made when it is needed.
    #[must_use]
    pub fn beside(store: &Path) -> Self {
        let mut name = store.as_os_str().to_owned();
        name.push(".files");
        Self(name.into())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where a file is. They are spread over 256 folders: one with millions of entries is slow to list.
    #[must_use]
    pub fn file(&self, id: &str) -> PathBuf {
        self.0.join(id.get(..2).unwrap_or("__")).join(id)
    }

    /// All files, whole or not; none where there is no folder yet.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub(crate) fn paths(&self) -> io::Result<Vec<PathBuf>> {
        let folders = match std::fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            folders => folders?,
        };
        let mut paths = Vec::new();
        for folder in folders {
            let folder = folder?;
            if folder.file_type()?.is_dir() {
                for file in std::fs::read_dir(folder.path())? {
                    paths.push(file?.path());
                }
            }
        }
        Ok(paths)
    }
}

impl FileStore for Folder {
    fn begin<'s>(&'s self, id: &'s str) -> BoxFuture<'s, io::Result<Box<dyn FileWriter>>> {
        Box::pin(async move {
            let path = self.file(id);
            let folder = path.parent().unwrap_or(&self.0).to_owned();
            make_folder(&self.0, &folder).await?;
            let part = path.with_extension(PART);
            let file = fs::OpenOptions::new().write(true).create_new(true).open(&part).await?;
            let part = Part { path: part, is_finished: false };
            Ok(Box::new(Written { file, part, path, folder }) as Box<dyn FileWriter>)
        })
    }

    fn open<'s>(&'s self, id: &'s str) -> BoxFuture<'s, io::Result<FileReader>> {
        Box::pin(async move { Ok(Box::pin(fs::File::open(self.file(id)).await?) as FileReader) })
    }

    fn remove<'s>(&'s self, id: &'s str) -> BoxFuture<'s, io::Result<()>> {
        Box::pin(async move {
            match fs::remove_file(self.file(id)).await {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                result => result,
            }
        })
    }

    fn list(&self, before_ms: i64) -> BoxFuture<'_, io::Result<Vec<String>>> {
        let folder = self.clone();
        Box::pin(async move {
            tokio::task::spawn_blocking(move || older(&folder, before_ms))
                .await
                .map_err(io::Error::other)?
        })
    }
}

/// Makes a folder in another one, and has the disk know its name.
async fn make_folder(root: &Path, folder: &Path) -> io::Result<()> {
    if fs::try_exists(folder).await? {
        return Ok(());
    }
    fs::create_dir_all(folder).await?;
    sync_folder(root).await?;
    match root.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => sync_folder(parent).await,
        None => sync_folder(Path::new(".")).await,
    }
}

async fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder).await?.sync_all().await
}

/// Names of files that have not changed since a time; unfinished ones with their ending.
fn older(folder: &Folder, before_ms: i64) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for path in folder.paths()? {
        // What goes meanwhile need not be named.
        let Ok(at) = std::fs::metadata(&path).and_then(|data| data.modified()) else { continue };
        let at_ms = at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let is_older = i64::try_from(at_ms).is_ok_and(|at_ms| at_ms < before_ms);
        let name = path.file_name().and_then(|name| name.to_str());
        names.extend(name.filter(|_| is_older).map(str::to_owned));
    }
    Ok(names)
}

/// An unfinished file, which goes when it does not become a whole one.
struct Part {
    path: PathBuf,
    is_finished: bool,
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_finished {
            // Only tidying up; what stays is found later.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

struct Written {
    file: fs::File,
    part: Part,
    path: PathBuf,
    folder: PathBuf,
}

impl FileWriter for Written {
    fn write<'w>(&'w mut self, bytes: &'w [u8]) -> BoxFuture<'w, io::Result<()>> {
        Box::pin(self.file.write_all(bytes))
    }

    fn finish(mut self: Box<Self>) -> BoxFuture<'static, io::Result<()>> {
        Box::pin(async move {
            self.file.flush().await?;
            self.file.sync_all().await?;
            fs::rename(&self.part.path, &self.path).await?;
            self.part.is_finished = true;
            sync_folder(&self.folder).await
        })
    }
}
