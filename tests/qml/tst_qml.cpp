// SPDX-License-Identifier: BSD-3-Clause
#include <QtQml/qqmlengine.h>
#include <QtQuickTest/quicktest.h>

// Runs every tst_*.qml of this folder with the module of the build tree.
class Setup : public QObject
{
    Q_OBJECT
public Q_SLOTS:
    void qmlEngineAvailable(QQmlEngine *engine)
    {
        engine->addImportPath(QStringLiteral(QML_MODULES));
    }
};

int main(int argc, char **argv)
{
    Setup setup;
    return quick_test_main_with_setup(argc, argv, "tst_qml", QML_FOLDER, &setup);
}

#include "tst_qml.moc"
